"""Files for tests: good ones in every format, and the bad ones that people and attackers upload."""

import io
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import docx
from reportlab.lib.pagesizes import A4
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen import canvas

LINE = 90
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
)


def pdf(
    pages: Sequence[Sequence[str]], *, heading: str = "", footer: bool = False, password: str = ""
) -> bytes:
    """A PDF: each page a list of paragraphs, wrapped into lines, under a heading in larger type."""
    target = io.BytesIO()
    encrypt = StandardEncryption(password, canPrint=0) if password else None
    drawing = canvas.Canvas(target, pagesize=A4, encrypt=encrypt, invariant=1)
    for number, paragraphs in enumerate(pages, start=1):
        _draw_page(drawing, paragraphs, f"{heading} {number}" if heading else "", number if footer else 0)
    drawing.save()
    return target.getvalue()


def _draw_page(drawing: canvas.Canvas, paragraphs: Sequence[str], heading: str, footer: int) -> None:
    y = 800
    if heading:
        drawing.setFont("Helvetica-Bold", 16)
        drawing.drawString(60, y, heading)
        y -= 32
    drawing.setFont("Times-Roman", 11)
    for paragraph in paragraphs:
        for line in _wrapped(paragraph):
            drawing.drawString(60, y, line)
            y -= 15
        y -= 15
    if footer:
        drawing.drawString(60, 30, f"Harbour & Pine, confidential, page {footer}")
    drawing.showPage()


def _wrapped(text: str) -> list[str]:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + len(word) >= LINE:
            lines.append(line)
            line = ""
        line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


def scanned_pdf(pages: int = 2) -> bytes:
    """Pages that hold a drawing and no text."""
    target = io.BytesIO()
    drawing = canvas.Canvas(target, pagesize=A4, invariant=1)
    for _ in range(pages):
        drawing.rect(50, 50, 400, 700, fill=1)
        drawing.showPage()
    drawing.save()
    return target.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF that wants a password."""
    return pdf([["Nobody may read this without the password."]], password="secret")


def corrupt_pdf() -> bytes:
    """It begins as a PDF and ends as noise."""
    return b"%PDF-1.7\n" + bytes(range(256)) * 40


def bomb_pdf(lines: int = 3_000_000) -> bytes:
    """A PDF of some hundred kilobytes whose one page writes millions of lines."""
    stream = zlib.compress(b"BT /F1 12 Tf 10 10 Td (hello world) Tj ET\n" * lines, 9)
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    objects = b"".join(
        b"%d 0 obj\n%b\nendobj\n" % (number, body) for number, body in enumerate(bodies, start=1)
    )
    return b"%PDF-1.4\n" + objects + b"trailer<</Size 6/Root 1 0 R>>\n%%EOF"


def word(blocks: Sequence[tuple[str, str] | Sequence[Sequence[str]]]) -> bytes:
    """A .docx: (style, text) for paragraphs, a list of rows for a table."""
    document = docx.Document()
    for block in blocks:
        if isinstance(block, tuple):
            document.add_paragraph(block[1], style=block[0])
            continue
        table = document.add_table(rows=0, cols=len(block[0]))
        for row in block:
            for cell, text in zip(table.add_row().cells, row, strict=True):
                cell.text = text
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def bomb_docx(megabytes: int = 300) -> bytes:
    """A .docx of some hundred kilobytes that unpacks to hundreds of megabytes."""
    return _docx_of({"word/document.xml": b"\0" * (megabytes * 1024 * 1024)})


def entity_bomb_docx() -> bytes:
    """A .docx whose XML multiplies its entities (billion laughs) and asks for a local file (XXE)."""
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    body = (
        f'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY l0 "lol">{entities}]><d>&l11;&x;</d>'
    )
    return _docx_of({"word/document.xml": body.encode()})


def many_members_docx(members: int = 5000) -> bytes:
    """A .docx with thousands of members."""
    return _docx_of({"word/document.xml": b"<d/>"} | {f"x/{i}": b"" for i in range(members)})


def linked_docx() -> bytes:
    """A .docx that holds a symbolic link."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        link = zipfile.ZipInfo("word/document.xml")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return target.getvalue()


def _docx_of(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def sparse_file(path: Path, *, megabytes: int = 300) -> Path:
    """A file that says it is this large, and takes no room on the disk."""
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n")
        file.truncate(megabytes * 1024 * 1024)
    return path


PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
