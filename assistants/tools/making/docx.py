"""Markdown as a Word document. Runs in the confined program."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from assistants.tools.making.markdown import Block, Run, blocks_of

MONOSPACE = "Consolas"


def docx_of(title: str, text: str) -> bytes:
    """The document, with headings, lists and tables of Word's own styles."""
    import docx
    from docx.shared import Cm

    document = docx.Document()
    document.core_properties.title = title[:255]
    document.core_properties.author = ""
    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2.2)
    for block in blocks_of(text):
        _add(document, block)
    made = BytesIO()
    document.save(made)
    return made.getvalue()


def _add(document: Any, block: Block) -> None:
    from docx.shared import Cm

    match block.kind:
        case "heading":
            _write(document.add_heading(level=min(block.level, 6)), block.runs)
        case "table":
            _table(document, block)
        case "rule":
            document.add_paragraph("―" * 20)
        case "point" if block.mark == "•":
            _write(document.add_paragraph(style=_style("List Bullet", block.level)), block.runs)
        case "point":
            # Word's own numbers would go on from list to list: these are what the text says.
            lead = (Run(f"{block.mark}\t"),) if block.mark else ()
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.left_indent = Cm(0.8 * (block.level + 1))
            paragraph.paragraph_format.first_line_indent = Cm(-0.8 if lead else 0)
            _write(paragraph, (*lead, *block.runs))
        case "quotation":
            _write(document.add_paragraph(style="Quote"), block.runs)
        case _:
            _write(document.add_paragraph(), block.runs)


def _style(name: str, level: int) -> str:
    return name if level == 0 else f"{name} {min(level + 1, 3)}"


def _table(document: Any, block: Block) -> None:
    width = max((len(row) for row in block.rows), default=0)
    if not width:
        return
    table = document.add_table(rows=len(block.rows), cols=width, style="Table Grid")
    for number, (row, cells) in enumerate(zip(table.rows, block.rows, strict=True)):
        for cell, runs in zip(row.cells, cells, strict=False):
            _write(cell.paragraphs[0], runs, bold=number == 0)


def _write(paragraph: Any, runs: Sequence[Run], *, bold: bool = False) -> None:
    for run in runs:
        made = paragraph.add_run(_printable(run.text))
        made.bold = run.bold or bold or None
        made.italic = run.italic or None
        made.font.strike = run.struck or None
        if run.code:
            made.font.name = MONOSPACE


def _printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return "".join(
        letter
        for letter in text
        if letter in "\t\n" or (ord(letter) >= 32 and ord(letter) not in (0xFFFE, 0xFFFF))
    )
