"""What each format gives: pages, headings, tables, rows, code and pairs; and which files are taken as what."""

import datetime
import io
import json
from email.message import EmailMessage

import pptx
import pytest
import xlsxwriter
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE

from assistants.knowledge.formats import ACCEPT, BY_NAME, FORMATS, WrongContent, format_of, format_of_answer
from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed, cleaned
from assistants.knowledge.parsing.readers import READERS, read
from tests.fakes import files
from tests.fakes.hostile_files import book, good_files, sheet, slides

Seen = tuple[int | None, int, str, int | None, str]


class Heard(Listener):
    def __init__(self) -> None:
        self.pages, self.notes = 0, dict[str, int]()

    def progress(self, done: int, total: int) -> None:
        self.pages = total

    def note(self, code: str, **figures: int) -> None:
        self.notes[code] = next(iter(figures.values()), 0)


def seen(format: str, data: bytes | str, heard: Heard | None = None) -> list[Seen]:
    file = io.BytesIO(data.encode() if isinstance(data, str) else data)
    blocks: list[Block] = list(cleaned(read(format, file, heard or Heard())))
    return [(b.page, b.level, b.kind, b.number, b.text) for b in blocks]


def texts(format: str, data: bytes | str) -> list[str]:
    return [text for *_, text in seen(format, data)]


def test_a_presentation_gives_slides_tables_and_notes() -> None:
    heard = Heard()
    assert seen("pptx", slides(), heard) == [
        (1, 1, "text", None, "Rent"),
        (1, 0, "text", None, "Pay on time"),
        (1, 0, "text", None, "No pets"),
        (1, 0, "table", None, "Wood | Price\nOak | 12"),
        (1, 2, "text", None, "Notes"),
        (1, 0, "text", None, "Say it slowly"),
    ]
    assert heard.pages == 1


def test_a_chart_s_figures_are_read_as_a_table() -> None:
    presentation = pptx.Presentation()
    data = CategoryChartData()
    data.categories = ["Oak", "Pine"]
    data.add_series("2025", (12, 9.5))
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 99, 99, data)
    target = io.BytesIO()
    presentation.save(target)
    (chart,) = [text for _, _, kind, _, text in seen("pptx", target.getvalue()) if kind == "table"]
    assert chart.splitlines()[-2:] == ["Oak | 12", "Pine | 9.5"]


def orders(workbook: xlsxwriter.Workbook) -> None:
    made = workbook.add_worksheet("Orders")
    made.write(1, 1, "Orders of November")
    made.write_row(3, 1, ["Wood", "Price", "Since", "Paid"])
    dates = workbook.add_format({"num_format": "yyyy-mm-dd"})
    made.write_row(4, 1, ["Oak", 0.1 + 0.2])
    made.write_datetime(4, 3, datetime.date(2026, 11, 28), dates)
    made.write_boolean(4, 4, True)
    made.write_row(6, 1, ["Pine", 9])
    workbook.add_worksheet("Figures").write_row(0, 0, [1, 2, 3])


def test_a_sheet_gives_rows_with_their_header_and_their_numbers() -> None:
    heard = Heard()
    assert seen("xlsx", sheet(orders), heard) == [
        (1, 1, "text", None, "Orders"),
        (1, 0, "text", 2, "Orders of November"),
        (1, 0, "row", 5, "Wood: Oak · Price: 0.3 · Since: 2026-11-28 · Paid: TRUE"),
        (1, 0, "row", 7, "Wood: Pine · Price: 9"),
        (2, 1, "text", None, "Figures"),
        (2, 0, "row", 1, "A: 1 · B: 2 · C: 3"),
    ]
    assert (heard.pages, heard.notes) == (2, {"no_header": 0})


@pytest.mark.parametrize(
    "data",
    [
        "Wood,Price\nOak,12\n",
        "Wood;Price\r\nOak;12\r\n",
        "sep=|\nWood|Price\nOak|12\n",
        '"Wood"\t"Price"\n"Oak"\t"12"\n',
    ],
)
def test_a_table_as_text_is_read_whatever_stands_between_its_cells(data: str) -> None:
    assert texts("csv", data) == ["Wood: Oak · Price: 12"]


def test_decimal_commas_and_old_encodings_do_not_confuse_it() -> None:
    data = "Größe;Preis\n1,5;2,75\n3,5;4,25\n".encode("latin-1")
    assert texts("csv", data) == ["Größe: 1,5 · Preis: 2,75", "Größe: 3,5 · Preis: 4,25"]


def test_years_name_columns_and_a_row_of_figures_does_not() -> None:
    assert texts("csv", "Wood,2024,2025\nOak,1,2\n") == ["Wood: Oak · 2024: 1 · 2025: 2"]
    assert texts("csv", "1,2\n3,4\n") == ["A: 1 · B: 2", "A: 3 · B: 4"]


def test_cells_of_several_lines_keep_their_row() -> None:
    assert seen("csv", 'Wood,Note\nOak,"two\nlines"\n\nPine,x\n') == [
        (None, 0, "row", 2, "Wood: Oak · Note: two lines"),
        (None, 0, "row", 4, "Wood: Pine · Note: x"),
    ]


def test_a_book_gives_chapters_in_the_order_of_its_spine() -> None:
    package = (
        '<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/>'
        '<item id="b" href="b%20b.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="b"/><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )
    second = b"<html><body><h2>Two</h2><p>The sun rose.</p></body></html>"
    assert seen("epub", book({"c.opf": package.encode(), "b b.xhtml": second})) == [
        (1, 2, "text", None, "Two"),
        (1, 0, "text", None, "The sun rose."),
        (2, 1, "text", None, "One"),
        (2, 0, "text", None, "It was a dark night."),
    ]


def test_json_gives_headings_for_objects_and_rows_for_lists() -> None:
    data = {
        "shop": {
            "name": "Harbour & Pine",
            "open": ["Mon", "Tue"],
            "orders": [{"id": 1, "to": {"city": "Bern"}}],
        }
    }
    assert seen("json", json.dumps(data)) == [
        (None, 1, "text", None, "shop"),
        (None, 0, "text", None, "name: Harbour & Pine"),
        (None, 0, "text", None, "open: Mon, Tue"),
        (None, 2, "text", None, "orders"),
        (None, 0, "row", 1, "id: 1 · to.city: Bern"),
    ]


def test_lines_of_json_keep_their_numbers_and_bad_ones_are_counted() -> None:
    heard = Heard()
    assert seen("jsonl", '{"a": 1}\noops\n\n{"a": 2}\n{"a": NaN}', heard) == [
        (None, 0, "row", 1, "a: 1"),
        (None, 0, "row", 4, "a: 2"),
        (None, 0, "row", 5, "a: NaN"),
    ]
    assert heard.notes == {"lines_left_out": 1}


def test_answered_questions_are_pairs_with_their_numbers() -> None:
    pairs = [{"question": "Pets?", "answer": "One cat."}, {"question": "Rent?", "answer": "1,450."}]
    assert seen("qa", json.dumps(pairs)) == [
        (None, 0, "qa", 1, "Pets?\nOne cat."),
        (None, 0, "qa", 2, "Rent?\n1,450."),
    ]


def test_a_letter_gives_its_headers_text_and_attachments() -> None:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "c@example.org", "Before"
    inner.set_content("An older letter.")
    message = EmailMessage()
    message["From"], message["To"] = "Ünal <a@example.org>", "b@example.org"
    message["Subject"] = "Miete über alles"
    message.set_content("Pay on time.")
    message.add_alternative("<p>Pay <b>on time</b>.</p>", subtype="html")
    message.add_attachment(b"Wood,Price\nOak,12\n", maintype="text", subtype="csv", filename="wöods.csv")
    message.add_attachment(b"MZ", maintype="application", subtype="x", filename="run.exe")
    message.add_attachment(inner)
    heard = Heard()
    assert [(level, kind, text) for _, level, kind, _, text in seen("eml", bytes(message), heard)] == [
        (1, "text", "Miete über alles"),
        (0, "text", "From: Ünal <a@example.org>\nTo: b@example.org"),
        (0, "text", "Pay on time."),
        (2, "text", "wöods.csv"),
        (0, "row", "Wood: Oak · Price: 12"),
        (3, "text", "Before"),
        (0, "text", "From: c@example.org"),
        (0, "text", "An older letter."),
    ]
    assert heard.notes == {"attachments_left_out": 1}


def test_a_letter_of_html_alone_is_read() -> None:
    data = "From: a@example.org\nContent-Type: text/html; charset=latin-1\n\n<p>Für dich".encode("latin-1")
    assert texts("eml", data)[-1] == "Für dich"


def test_tables_and_code_stay_whole_in_web_pages_and_markdown() -> None:
    page = "<table><caption>Prices</caption><tr><th>Wood<th>Price<tr><td>Oak<td>12</table><pre>  if x:\n    y()</pre>"
    assert seen("html", page) == [
        (None, 0, "text", None, "Prices"),
        (None, 0, "table", None, "Wood | Price\nOak | 12"),
        (None, 0, "code", None, "  if x:\n    y()"),
    ]
    marked = (
        "Text a | b\n\n| Wood | Price |\n|:--|--:|\n| **Oak** | 1 \\| 2 |\n\n```py\n  if x:\n\n    y()\n```\n"
    )
    assert seen("md", marked) == [
        (None, 0, "text", None, "Text a | b"),
        (None, 0, "table", None, "Wood | Price\nOak | 1 | 2"),
        (None, 0, "code", None, "  if x:\n\n    y()"),
    ]


def test_a_table_that_lays_out_a_page_is_read_as_what_is_in_it() -> None:
    page = "<table><tr><td><h1>Rent</h1><p>Pay.</p><p>On time.</p></td></tr><tr><td>Pets</td></tr></table>"
    assert [(level, kind) for _, level, kind, *_ in seen("html", page)] == [
        (1, "text"),
        (0, "text"),
        (0, "text"),
        (0, "text"),
    ]


def test_a_merged_cell_of_a_word_table_is_read_once_and_equal_neighbours_twice() -> None:
    data = files.word([[["Wood", "Price"], ["Oak", "Oak"]]][0:1])
    assert texts("docx", data) == ["Wood | Price\nOak | Oak"]


@pytest.mark.parametrize("format", sorted(set(READERS) & set(good_files())))
def test_a_good_file_of_each_format_is_taken_and_read(format: str) -> None:
    data = good_files()[format]
    assert format_of(f"file{BY_NAME[format].extensions[0]}", io.BytesIO(data)).name == format
    if format != "pdf":  # its parser wants a file on the disk
        assert texts(format, data)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("slides.pptx", good_files()["docx"]),
        ("sheet.xlsx", good_files()["zip"]),
        ("book.epub", good_files()["pptx"]),
        ("woods.csv", good_files()["xlsx"]),
        ("letter.eml", files.PNG),
        ("picture.jpg", files.PNG),
        ("picture.webp", b"RIFF\0\0\0\0WAVE"),
        ("data.json", b"\x1f\x8b\x08\0"),
        ("files.zip", b"%PDF-1.7"),
        ("words.txt", b"{\\rtf1 words}"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(WrongContent):
        format_of(name, io.BytesIO(data))


def test_an_answer_of_a_server_is_known_by_its_type_and_first_bytes() -> None:
    pptx_type = BY_NAME["pptx"].media_type
    assert format_of_answer("text/csv; charset=utf-8", b"a,b") == BY_NAME["csv"]
    assert format_of_answer(pptx_type, b"PK\x03\x04") == BY_NAME["pptx"]
    assert format_of_answer(pptx_type, b"<html>") is None
    assert format_of_answer("application/zip", b"PK\x03\x04") is None


def test_every_format_that_can_be_added_has_a_parser_or_is_a_zip() -> None:
    assert {format_.name for format_ in FORMATS} - READERS.keys() == {"zip"}
    assert all(extension in ACCEPT for extension in (".pptx", ".xlsx", ".zip", ".png"))


def test_a_file_of_office_before_2007_says_so() -> None:
    with pytest.raises(ParsingFailed, match="old_format"):
        seen("docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100)
