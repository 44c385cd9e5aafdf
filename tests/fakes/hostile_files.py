"""Two hundred files that are broken, or made to break what reads them: always the same ones.

Some ninety are attacks that are known by name (SECURITY.md 39 to 48); the rest are good files of every format that were cut off,
overwritten or joined to others, from a fixed seed.
"""

import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pptx
import xlsxwriter

from tests.fakes import files

COUNT = 200
SEED = 39_48
MEGABYTE = 1024 * 1024
MAIN = {
    "docx": "word/document.xml",
    "pptx": "ppt/presentation.xml",
    "xlsx": "xl/workbook.xml",
    "epub": "META-INF/container.xml",
    "zip": "a/text.txt",
}


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file; `codes` are the reasons that may be given for it, with an empty one where it may be read as well."""

    name: str
    format: str
    make: Callable[[], bytes]
    codes: frozenset[str]


def hostile_files() -> list[Hostile]:
    """All of them."""
    known = [*_archives(), *_pdfs(), *_texts(), *_data(), *_letters(), *_pictures()]
    return known + list(_broken(COUNT - len(known)))


def good_files() -> dict[str, bytes]:
    """A small good file of each format."""
    return {
        "pdf": files.pdf([["The rent is due on the first day of the month."]] * 3),
        "docx": files.word([("Heading 1", "Rent"), ("Normal", "Pay on time."), [["A", "B"], ["1", "2"]]]),
        "pptx": slides(),
        "xlsx": sheet(),
        "epub": book(),
        "zip": zipped({"a/text.txt": b"Pay on time.", "b.md": b"# Rent\n\nPay."}),
        "csv": b"Wood,Price\nOak,12\nPine,9\n",
        "json": json.dumps({"woods": [{"name": "Oak", "price": 12}]}).encode(),
        "jsonl": b'{"a": 1}\n{"a": 2}\n',
        "eml": letter(),
        "html": b"<h1>Rent</h1><p>Pay on time.</p><table><tr><th>A<th>B<tr><td>1<td>2</table>",
        "md": b"# Rent\n\nPay on time.\n\n| A | B |\n|---|---|\n| 1 | 2 |\n",
        "txt": b"Pay on time.\n\nNo pets.\n",
    }


def slides() -> bytes:
    """A presentation of one slide with a table and notes."""
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text = "Rent"
    slide.placeholders[1].text = "Pay on time\nNo pets"
    table = slide.shapes.add_table(2, 2, 0, 0, 100, 100).table
    for row, column, text in ((0, 0, "Wood"), (0, 1, "Price"), (1, 0, "Oak"), (1, 1, "12")):
        table.cell(row, column).text = text
    slide.notes_slide.notes_text_frame.text = "Say it slowly"
    target = io.BytesIO()
    presentation.save(target)
    return target.getvalue()


def sheet(fill: Callable[[xlsxwriter.Workbook], None] | None = None) -> bytes:
    """A workbook; `fill` writes its sheets."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as workbook:
        if fill:
            fill(workbook)
        else:
            workbook.add_worksheet("Woods").write_column(0, 0, ["Wood", "Oak", "Pine"])
    return target.getvalue()


def book(members: dict[str, bytes] | None = None, spine: str = '<itemref idref="a"/>') -> bytes:
    """An EPUB of one chapter; `members` are added or take the place of its own."""
    container = '<container><rootfiles><rootfile full-path="c.opf"/></rootfiles></container>'
    package = f'<package><manifest><item id="a" href="a.xhtml" media-type="application/xhtml+xml"/></manifest><spine>{spine}</spine></package>'
    own = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": container.encode(),
        "c.opf": package.encode(),
        "a.xhtml": b"<html><head><title>One</title></head><body><p>It was a dark night.</p></body></html>",
    }
    return zipped(own | (members or {}))


def letter() -> bytes:
    """A letter with an attachment."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Rent"
    message.set_content("Pay on time.")
    message.add_attachment(b"Wood,Price\nOak,12\n", maintype="text", subtype="csv", filename="woods.csv")
    return bytes(message)


def zipped(members: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def _hostile(name: str, format: str, make: Callable[[], bytes], *codes: str) -> Hostile:
    return Hostile(name, format, make, frozenset(codes))


ENTITIES = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
LAUGHS = f'<!DOCTYPE d [<!ENTITY l0 "lol">{ENTITIES}]><d>&l11;</d>'.encode()
QUADRATIC = f'<!DOCTYPE d [<!ENTITY a "{"x" * 50_000}">]><d>{"&a;" * 20_000}</d>'.encode()
XXE = b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'
REMOTE = b'<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd"><d/>'
DEEP_XML = b"<a>" * 100_000 + b"</a>" * 100_000


def _archives() -> Iterator[Hostile]:
    for format, main in MAIN.items():
        broken = ("corrupt", "empty", "nothing_readable", "too_complex", *([""] if format == "zip" else []))
        for name, data in (
            ("xxe", XXE),
            ("laughs", LAUGHS),
            ("quadratic", QUADRATIC),
            ("remote-dtd", REMOTE),
            ("deep-xml", DEEP_XML),
        ):
            yield _hostile(
                f"{name}.{format}", format, lambda main=main, data=data: zipped({main: data}), *broken
            )
        yield _hostile(f"bomb.{format}", format, lambda main=main: _bomb(main), "unpacked_too_large")
        yield _hostile(
            f"overlap.{format}", format, lambda main=main: _overlapping(main), "unpacked_too_large"
        )
        yield _hostile(f"locked.{format}", format, lambda main=main: _flagged(main), "encrypted")
        yield _hostile(f"link.{format}", format, lambda main=main: _linked(main), "unsafe_archive")
        yield _hostile(
            f"climbing.{format}",
            format,
            lambda main=main: zipped({main: b"<d/>", "../../etc/cron.d/x": b"x"}),
            "unsafe_archive",
        )
        yield _hostile(
            f"lying.{format}", format, lambda main=main: _lying(main), "unpacked_too_large", *broken
        )
    yield _hostile(
        "members.zip", "zip", lambda: zipped({f"{i}.txt": b"" for i in range(5000)}), "unpacked_too_large"
    )
    yield _hostile("nested.zip", "zip", _nested, "nothing_readable")
    yield _hostile("names.zip", "zip", _odd_names, "")
    yield _hostile("wide.xlsx", "xlsx", _wide_sheet, "")
    yield _hostile("far.xlsx", "xlsx", _far_sheet, "", "too_complex", "too_much_text")
    yield _hostile("claims.xlsx", "xlsx", _claiming_sheet, "", "corrupt", "too_complex", "empty")
    yield _hostile("cyclic.epub", "epub", lambda: book(spine='<itemref idref="a"/>' * 50_000), "")
    yield _hostile("spineless.epub", "epub", lambda: book(spine='<itemref idref="none"/>'), "empty")
    yield _hostile("outside.epub", "epub", _outside_book, "corrupt", "empty")
    yield _hostile("deep.epub", "epub", lambda: book({"a.xhtml": b"<div>" * 50_000 + b"deep"}), "too_deep")
    yield _hostile(
        "old.docx", "docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2048, "old_format"
    )
    yield _hostile("locked-office.xlsx", "xlsx", _locked_office, "encrypted")
    yield _hostile("html.docx", "docx", lambda: b"<html><body>no Word</body></html>", "corrupt")
    yield _hostile("polyglot.zip", "zip", lambda: b"%PDF-1.7\n" + zipped({"a.txt": b"text"}), "", "corrupt")


def _bomb(main: str) -> bytes:
    return zipped({main: b"\0" * (30 * MEGABYTE)})


def _overlapping(main: str) -> bytes:
    data = bytearray(zipped({main: b"x" * 500, "b.txt": b"x" * 500}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def _flagged(main: str) -> bytes:
    data = bytearray(zipped({main: b"<d/>"}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 8] |= 1
    data[6] |= 1
    return bytes(data)


def _linked(main: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("other.txt", b"text")
        link = zipfile.ZipInfo(main)
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return target.getvalue()


def _lying(main: str) -> bytes:
    """It says that it unpacks to ten bytes, and unpacks to twenty megabytes."""
    data = bytearray(zipped({main: b"\0" * (20 * MEGABYTE)}))
    entry = data.rindex(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = struct.pack("<I", 10)
    data[22:26] = struct.pack("<I", 10)
    return bytes(data)


def _nested() -> bytes:
    inner = zipped({"a.txt": b"\0" * MEGABYTE})
    for _ in range(20):
        inner = zipped({"inner.zip": inner})
    return inner


def _odd_names() -> bytes:
    names = [
        "a\r\nSet-Cookie: x.txt",
        "a\x00.exe.txt",
        "CON.txt",
        "\u202efdp.txt",
        "é" * 200 + ".txt",
        "..\\up.txt",
    ]
    return zipped({name: f"text {number}".encode() for number, name in enumerate(names)})


def _wide_sheet() -> bytes:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        made = workbook.add_worksheet()
        for row in range(3):
            made.write_row(row, 0, [f"{row}-{column}" for column in range(16_384)])

    return sheet(fill)


def _far_sheet() -> bytes:
    def fill(workbook: xlsxwriter.Workbook) -> None:
        made = workbook.add_worksheet()
        made.write(0, 0, "near")
        made.write(1_048_575, 16_383, "far")

    return sheet(fill)


def _claiming_sheet() -> bytes:
    return _replaced(sheet(), "xl/worksheets/sheet1.xml", b'ref="A1:A3"', b'ref="A1:XFD1048576"')


def _replaced(data: bytes, member: str, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return zipped(
            {
                name: archive.read(name).replace(old, new) if name == member else archive.read(name)
                for name in archive.namelist()
            }
        )


def _outside_book() -> bytes:
    container = b'<container><rootfiles><rootfile full-path="/etc/passwd"/></rootfiles></container>'
    return book({"META-INF/container.xml": container})


def _locked_office() -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le")


def _pdfs() -> Iterator[Hostile]:
    ends = ("", "corrupt", "empty", "needs_ocr", "too_complex")
    yield _hostile("bomb.pdf", "pdf", files.bomb_pdf, "too_complex")
    yield _hostile("locked.pdf", "pdf", files.encrypted_pdf, "encrypted")
    yield _hostile("noise.pdf", "pdf", files.corrupt_pdf, "corrupt")
    yield _hostile("cycle.pdf", "pdf", lambda: _pdf(b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"), *ends)
    yield _hostile("count.pdf", "pdf", lambda: _pdf(b"<</Type/Pages/Kids[]/Count 2000000000>>"), *ends)
    yield _hostile("deep.pdf", "pdf", lambda: _pdf(b"[" * 50_000 + b"]" * 50_000), *ends)
    yield _hostile("filters.pdf", "pdf", _filtered_pdf, *ends)
    yield _hostile("lying.pdf", "pdf", _lying_pdf, *ends)
    yield _hostile(
        "xref.pdf",
        "pdf",
        lambda: b"%PDF-1.4\nxref\n0 4294967295\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF",
        *ends,
    )
    yield _hostile("huge-page.pdf", "pdf", lambda: _page(b"/MediaBox[0 0 1e9 1e9]", b""), *ends)


def _pdf(pages: bytes, *more: bytes) -> bytes:
    bodies = [b"<</Type/Catalog/Pages 2 0 R>>", pages, *more]
    objects = b"".join(b"%d 0 obj\n%b\nendobj\n" % pair for pair in enumerate(bodies, start=1))
    return b"%PDF-1.4\n" + objects + b"trailer<</Size 9/Root 1 0 R>>\n%%EOF"


def _page(entries: bytes, stream: bytes) -> bytes:
    return _pdf(
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R%b/Contents 4 0 R>>" % entries,
        stream or b"<</Length 0>>\nstream\n\nendstream",
    )


def _filtered_pdf() -> bytes:
    data = b"\0" * (20 * MEGABYTE)
    for _ in range(3):
        data = zlib.compress(data, 9)
    head = b"<</Length %d/Filter[/FlateDecode/FlateDecode/FlateDecode]>>" % len(data)
    return _page(b"/MediaBox[0 0 600 800]", head + b"\nstream\n" + data + b"\nendstream")


def _lying_pdf() -> bytes:
    return _page(b"/MediaBox[0 0 600 800]", b"<</Length 4294967295>>\nstream\nBT ET\nendstream")


def _texts() -> Iterator[Hostile]:
    for format in ("md", "html", "txt", "csv"):
        yield _hostile(f"noise.{format}", format, lambda: bytes(range(32)) * 4096, "corrupt")
        yield _hostile(f"line.{format}", format, lambda: b"x" * (2 * MEGABYTE), "", "empty", "corrupt")
    baits = {
        "brackets": "[" * 100_000,
        "stars": "**a" * 50_000,
        "fences": "```\n" * 20_001,
        "bars": ("|" * 500 + "\n") * 200,
        "links": "[a](" * 50_000,
        "images": "![" * 50_000,
        "rules": ("- " * 20_000 + "x\n") * 3,
        "quotes": "> " * 50_000 + "deep",
        "blank": "\n \t" * 100_000 + "x",
        "spaces": "# a" + " " * 100_000 + "b",
        "almost": "**a " * 50_000,
        "dashes": "a | b\n" + "-" * 100_000 + "x",
        "fronts": "---\n" * 50_000,
    }
    for name, text in baits.items():
        yield _hostile(f"{name}.md", "md", text.encode, "", "empty")
    yield _hostile("deep.html", "html", lambda: b"<div>" * 100_000 + b"deep", "too_deep")
    yield _hostile("tables.html", "html", lambda: b"<table><tr><td>" * 3_000 + b"deep", "")
    yield _hostile("attributes.html", "html", lambda: b"<p " + b"a=1 " * 200_000 + b">text", "")
    yield _hostile("entities.html", "html", lambda: b"&amp;" * 200_000, "")
    yield _hostile(
        "cells.html", "html", lambda: b"<table>" + (b"<tr>" + b"<td>x" * 200) * 500, "", "too_complex"
    )
    yield _hostile("quote.csv", "csv", lambda: b'a,b\n"' + b"x," * 600_000, "corrupt")
    yield _hostile("wide.csv", "csv", lambda: (b"x," * 100_000 + b"\n") * 5, "")
    yield _hostile("marks.csv", "csv", lambda: b'"' * 300_001 + b"\n", "", "corrupt", "empty")
    yield _hostile("nul.csv", "csv", lambda: b"a,b\n1,\x002\n" * 50, "", "corrupt")


def _data() -> Iterator[Hostile]:
    yield _hostile("deep.json", "json", lambda: b"[" * 10_000 + b"]" * 10_000, "too_deep")
    yield _hostile("objects.json", "json", lambda: b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep")
    yield _hostile("open.json", "json", lambda: b'{"a":' * 10_000, "corrupt", "too_deep")
    yield _hostile("inner.json", "json", lambda: b'[{"a":' + b"[" * 900 + b"]" * 900 + b"}]", "", "empty")
    yield _hostile("number.json", "json", lambda: b'{"a": 1' + b"0" * 100_000 + b"}", "", "corrupt")
    yield _hostile("code.json", "json", lambda: b'{"a": __import__("os").system("id")}', "corrupt")
    yield _hostile("surrogates.json", "json", lambda: b'{"a": "\\ud800\\u0000x"}', "", "corrupt")
    yield _hostile("lines.jsonl", "jsonl", lambda: b"{oops\n" * 1000, "corrupt")
    yield _hostile("deep.jsonl", "jsonl", lambda: b'{"a":1}\n' + b"[" * 10_000 + b"\n", "corrupt", "too_deep")
    yield _hostile("pairs.qa", "qa", lambda: b'{"question": 1}', "corrupt")
    yield _hostile("words.qa", "qa", lambda: b'["question", "answer"]', "corrupt")


def _letters() -> Iterator[Hostile]:
    yield _hostile("parts.eml", "eml", _many_parts, "")
    yield _hostile("deep.eml", "eml", lambda: _deep_letter(2_000), "too_deep", "")
    yield _hostile("letters.eml", "eml", lambda: _letters_in_letters(60), "")
    yield _hostile("header.eml", "eml", lambda: b"Subject: " + b"=?utf-8?q?a?= " * 50_000 + b"\n\ntext", "")
    yield _hostile(
        "addresses.eml", "eml", lambda: b"From: " + b"(((" * 20_000 + b"\n\ntext", "", "too_deep", "corrupt"
    )
    yield _hostile(
        "charset.eml", "eml", lambda: b"Subject: a\nContent-Type: text/plain; charset=../../x\n\ntext", ""
    )
    yield _hostile(
        "base64.eml",
        "eml",
        lambda: b"Subject: a\nContent-Transfer-Encoding: base64\n\n====" + b"A" * 99,
        "",
        "corrupt",
    )
    yield _hostile("attached-bomb.eml", "eml", _attached_bomb, "")
    yield _hostile("none.eml", "eml", lambda: b"no letter at all", "corrupt")


def _many_parts() -> bytes:
    part = b"--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\ntext\n"
    return b"Subject: a\nContent-Type: multipart/mixed; boundary=b\n\n" + part * 10_000 + b"--b--\n"


def _deep_letter(depth: int) -> bytes:
    opened = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (i, i) for i in range(depth)
    )
    return b"Subject: a\n" + opened + b"Content-Type: text/plain\n\ntext"


def _letters_in_letters(depth: int) -> bytes:
    return b"Subject: a\nContent-Type: message/rfc822\n\n" * depth + b"Subject: b\n\ntext"


def _attached_bomb() -> bytes:
    message = EmailMessage()
    message["Subject"] = "a"
    message.set_content("text")
    name = "../../x\r\ny.docx".replace("\r\n", "")
    message.add_attachment(_bomb("word/document.xml"), maintype="application", subtype="x", filename=name)
    return bytes(message)


def _pictures() -> Iterator[Hostile]:
    ends = ("corrupt", "too_complex", "needs_ocr", "empty", "picture_too_large")
    yield _hostile("gigapixel.png", "png", lambda: _png(60_000, 60_000), *ends)
    yield _hostile("cut.png", "png", lambda: files.PNG[:40], *ends)
    yield _hostile("text.jpg", "jpg", lambda: b"\xff\xd8\xff" + b"text" * 100, *ends)


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * MEGABYTE, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


ANY_END = (
    "",
    "corrupt",
    "empty",
    "encrypted",
    "unpacked_too_large",
    "unsafe_archive",
    "nothing_readable",
    "needs_ocr",
    "too_deep",
)


def _broken(count: int) -> Iterator[Hostile]:
    """Good files, spoilt."""
    good = good_files()
    chance = random.Random(SEED)
    names = sorted(good)
    for number in range(count):
        format = names[number % len(names)]
        spoil = (_cut_off, _overwritten, _joined)[number // len(names) % 3]
        data = spoil(good[format], good[chance.choice(names)], chance)
        yield _hostile(
            f"{spoil.__name__.strip('_')}-{number}.{format}", format, lambda data=data: data, *ANY_END
        )


def _cut_off(data: bytes, _other: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(1, len(data))]


def _overwritten(data: bytes, _other: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(max(3, len(data) // 200)):
        spoilt[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(spoilt)


def _joined(data: bytes, other: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + other + data[place:]
