"""Files that assistants make: each kind opens as what it is, and nothing in it runs, loads or leads on by itself."""

import io
import json
import time
from typing import Any

import docx
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from assistants.tools.making.cells import NotATable, csv_of, is_harmless_formula, rows_of
from assistants.tools.making.kinds import Content, LettersUnknown, NoJson, NoTable, made
from assistants.tools.making.markdown import blocks_of
from assistants.tools.making.picture import NotAPicture, picture_of
from assistants.tools.making.tool import CREATE_FILE, MOST_FILES, FileTool, read_content, read_name
from assistants.turns.plan import AssistantPlan
from kernel.errors import InvalidInput
from organisations.actors import Actor
from tests.factories.turns import turn_context
from tests.fakes.images import gigapixel, picture
from tests.fixtures.people import client_for

MINUTES = """# Minutes

Present: **Ada**, *Bo* and `root` <script>alert(1)</script> ![x](https://evil.example/x.png) [site](https://a.example/)

- Tides
  - High water
3. Third

| Who | What |
|---|---|
| 艾达 | Ropes |
"""


def content(text: str, **more: Any) -> Content:
    return Content("Minutes", text, **more)


async def test_a_word_document_has_headings_lists_and_tables() -> None:
    document = docx.Document(io.BytesIO(await made("docx", content(MINUTES))))
    styles = [(one.style.name, one.text) for one in document.paragraphs if one.style]
    assert ("Heading 1", "Minutes") in styles and ("List Bullet 2", "High water") in styles
    assert any("<script>" in text and "site (https://a.example/)" in text for _style, text in styles)
    assert [[cell.text for cell in row.cells] for row in document.tables[0].rows] == [
        ["Who", "What"], ["艾达", "Ropes"],
    ]  # fmt: skip
    assert not any("evil" in str(part.target_ref) for part in document.part.rels.values())


async def test_a_pdf_holds_the_words_in_latin_and_chinese_letters() -> None:
    data = await made("pdf", content(MINUTES))
    text = pypdfium2.PdfDocument(data)[0].get_textpage().get_text_range()
    assert "Minutes" in text and "艾达" in text and "3." in text
    assert b"/JavaScript" not in data and b"/URI" not in data


async def test_letters_that_a_pdf_cannot_show_are_named() -> None:
    with pytest.raises(LettersUnknown):
        await made("pdf", content("שלום"))


async def test_a_workbook_has_sheets_numbers_and_no_formulas() -> None:
    sheets = (
        {"name": "A/B", "content": "n,f,d\n1.5,=1+1,2026-01-02\n007,x,"},
        {"name": "A/B", "content": "a\n2"},
    )
    book = CalamineWorkbook.from_filelike(io.BytesIO(await made("xlsx", content("", sheets=sheets))))
    assert book.sheet_names == ["A B", "A B 2"]
    rows = book.get_sheet_by_name("A B").to_python()
    assert rows[1][:2] == [1.5, "=1+1"] and str(rows[1][2]).startswith("2026-01-02") and rows[2][0] == "007"


@pytest.mark.parametrize(
    ("cell", "kept"),
    [("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("＝1", "'＝1"), (" =1", "' =1"), ("-cmd|x", "'-cmd|x"),
     ("-5", "-5"), ("+49 30", "'+49 30"), ("-1,5%", "-1,5%"), ("a=b", "a=b"), ("", "")],
)  # fmt: skip
def test_cells_that_spreadsheets_would_work_out_are_text(cell: str, kept: str) -> None:
    made_ = csv_of(f'"h"\n"{cell}"\n', formulas=False).decode("utf-8-sig")
    assert list(rows_of(made_))[1:] == [[kept]] or not cell


def test_formulas_that_only_calculate_stay_where_they_are_asked_for() -> None:
    assert b"=SUM(A1:A9)" in csv_of("=SUM(A1:A9)\n", formulas=True).splitlines()[0]
    reaching = ('=WEBSERVICE("x")', "=HYPERLINK(A1)", "=cmd|' /C calc'!A0", "='[b.xlsx]S'!A1", "+SUM(A1)")
    assert not any(map(is_harmless_formula, reaching))


async def test_a_page_runs_and_loads_nothing() -> None:
    page = (
        '<html><head><title>T</title><meta http-equiv="refresh" content="0;url=https://evil.example/"><style>@import'
        ' "https://evil.example/s.css"</style></head><body onload="x()"><h1>Hi</h1><script>x()</script>'
        '<img src="https://evil.example/i.png"><a href="javascript:x()">a</a><a href="https://a.example/">b</a>'
    )
    text = (await made("html", content(page))).decode()
    assert "<h1>Hi</h1>" in text and 'href="https://a.example/"' in text
    assert not any(bad in text for bad in ("evil", "script>", "onload", "refresh", "<img", "javascript:"))
    assert "default-src 'none'" in text and "<title>Minutes</title>" in text


async def test_json_is_checked_and_other_texts_stay_as_they_are() -> None:
    assert json.loads(await made("json", content('{"a": [1]}'))) == {"a": [1]}
    with pytest.raises(NoJson):
        await made("json", content("{a: 1}"))
    assert await made("md", content("# é\n")) == "# é\n".encode()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_what_is_no_table_is_named(kind: str) -> None:
    with pytest.raises(NoTable):
        await made(kind, content('a,"b\n1,2'))


def test_a_table_has_limits() -> None:
    with pytest.raises(NotATable):
        list(rows_of(",".join("a" * 600)))


def test_text_that_is_made_to_be_slow_is_read_at_once() -> None:
    started = time.process_time()
    for text in ("[" * 20_000, "> " * 5_000 + "x", "*a _b " * 20_000, "- " * 2_000 + "x", "|a" * 5_000):
        blocks_of(text)
    assert time.process_time() - started < 6


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"<svg/>", picture()[:40], gigapixel()])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(NotAPicture):
        picture_of(data)


def test_pictures_keep_their_kind_as_far_as_it_is_kept() -> None:
    assert [picture_of(picture(kind))[0] for kind in ("PNG", "JPEG", "WEBP")] == ["png", "webp", "webp"]


@pytest.mark.parametrize("name", ["", "minutes", "run.exe", ".pdf", "a.pdf.sh", 7, "x" * 130 + ".txt"])
def test_names_have_an_ending_that_can_be_made(name: Any) -> None:
    with pytest.raises(InvalidInput):
        read_name(name)


def test_names_are_cleaned() -> None:
    assert read_name("../../etc/minutes\u202e.PDF") == ("minutes.pdf", "pdf")


@pytest.mark.parametrize(
    ("kind", "given"),
    [("md", {}), ("md", {"content": " "}), ("md", {"content": 7}), ("docx", {"sheets": [{"name": "a", "content": "b"}]}),
     ("xlsx", {"sheets": [{"name": "a"}]}), ("txt", {"content": "x" * 400_001})],
)  # fmt: skip
def test_content_that_does_not_work_is_named(kind: str, given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        read_content(given, kind, title="t", language="")


@pytest.mark.django_db(transaction=True)
def test_the_person_downloads_what_was_made_and_nobody_else(alice: Actor, charlie: Actor) -> None:
    from asgiref.sync import async_to_sync

    tool = FileTool(turn_context(AssistantPlan("asst_1", "Ada", alice.organisation.pk, "", "quote"), alice))
    result = async_to_sync(tool.run)({"name": "a.html", "content": "<b>Hi</b>"})
    (file,) = result.detail["files"]
    assert file["id"] in result.content and not result.untrusted
    sent = client_for(alice).get(file["url"])
    assert sent.content.decode().count("<b>Hi</b>") == 1
    assert (sent["Content-Type"], sent["X-Content-Type-Options"]) == ("application/octet-stream", "nosniff")
    assert sent["Content-Disposition"].startswith("attachment")
    assert client_for(charlie).get(file["url"]).status_code == 404
    for _more in range(MOST_FILES - 1):
        async_to_sync(tool.run)({"name": "a.txt", "content": "x"})
    with pytest.raises(InvalidInput):
        async_to_sync(tool.run)({"name": "a.txt", "content": "x"})
    assert CREATE_FILE.make is FileTool
