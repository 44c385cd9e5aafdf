"""Markdown as a PDF on A4. Runs in the confined program.

Latin letters are set in Helvetica; everything else in fonts that readers of PDF bring along, which are named and not embedded.
"""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from assistants.tools.making.markdown import Block, Run, blocks_of

LATIN, MONOSPACE = "Helvetica", "Courier"
CHINESE, JAPANESE, KOREAN = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
SIZES = {1: 20, 2: 16, 3: 13, 4: 12, 5: 11, 6: 11}
LONGEST_CODE_LINE = 92  # characters that stand in a line
MOST_COLUMNS = 20
GREY = "#a8a29e"
_OTHER = re.compile(r"[^\x00-\xff–—‘’“”•…€™]+")
_KANA, _HANGUL = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")
# Scripts whose letters join or run the other way: no font here draws them.
_UNDRAWN = re.compile(r"[\u0590-\u08ff\u0900-\u0e7f\u0e80-\u10ff\u1780-\u17ff\ufb1d-\ufdff\ufe70-\ufeff]")


class ScriptUnknown(ValueError):
    """The text is in letters that no font here draws."""


def pdf_of(title: str, text: str) -> bytes:
    """The document, its pages numbered.

    Raises:
        ScriptUnknown: it holds letters such as Arabic or Thai ones.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate

    if _UNDRAWN.search(text):
        raise ScriptUnknown
    for name in (CHINESE, JAPANESE, KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    font = JAPANESE if _KANA.search(text) else KOREAN if _HANGUL.search(text) else CHINESE
    made = BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 20 * mm)
    document = SimpleDocTemplate(made, pagesize=A4, title=title, author="", **margins)
    parts = [part for block in blocks_of(text) for part in _parts(block, font, document.width)]
    document.build(parts or [_spacer(1)], onFirstPage=_number, onLaterPages=_number)
    return made.getvalue()


def _number(canvas: Any, document: Any) -> None:
    canvas.setFont(LATIN, 8)
    canvas.setFillColor(GREY)
    canvas.drawCentredString(document.pagesize[0] / 2, 28, str(document.page))


def _parts(block: Block, font: str, width: float) -> list[Any]:
    from reportlab.platypus import HRFlowable, Preformatted

    match block.kind:
        case "heading":
            return [_text(block.runs, font, size=SIZES[min(block.level, 6)], bold=True, before=10)]
        case "rule":
            return [HRFlowable(width="100%", color=GREY, thickness=0.5, spaceBefore=6, spaceAfter=6)]
        case "code":
            code = block.runs[0].text
            if _OTHER.search(code):
                return [_text(block.runs, font, size=9, left=8)]
            return [Preformatted(code, _style(8.5, MONOSPACE, left=8), maxLineLength=LONGEST_CODE_LINE)]
        case "table":
            return _table(block, font, width)
        case "point":
            return [_text(block.runs, font, left=18 * (block.level + 1), mark=block.mark)]
        case "quotation":
            return [_text(block.runs, font, left=18 * (block.level + 1), colour="#57534e")]
    return [_text(block.runs, font)]


def _table(block: Block, font: str, width: float) -> list[Any]:
    from reportlab.platypus import LongTable, TableStyle

    columns = min(max((len(row) for row in block.rows), default=0), MOST_COLUMNS)
    if not columns:
        return []
    size = 9 if columns < 7 else 7
    cells = [
        [_text(row[at] if at < len(row) else (), font, size=size, bold=not number) for at in range(columns)]
        for number, row in enumerate(block.rows)
    ]
    style = [("GRID", (0, 0), (-1, -1), 0.4, GREY), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    table = LongTable(cells, colWidths=[width / columns] * columns, repeatRows=1, style=TableStyle(style))
    return [table, _spacer(8)]


def _spacer(height: float) -> Any:
    from reportlab.platypus import Spacer

    return Spacer(1, height)


def _text(
    runs: Sequence[Run],
    font: str,
    *,
    size: float = 10.5,
    bold: bool = False,
    left: float = 0,
    before: float = 0,
    mark: str = "",
    colour: str = "#1c1917",
) -> Any:
    from reportlab.platypus import Paragraph

    words = "".join(_markup(run, font) for run in runs)
    words = f"<b>{words}</b>" if bold else words
    return Paragraph(
        words, _style(size, LATIN, left=left, before=before, colour=colour), bulletText=mark or None
    )


def _style(size: float, font: str, *, left: float = 0, before: float = 0, colour: str = "#1c1917") -> Any:
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        "part",
        fontName=font,
        fontSize=size,
        leading=size * 1.35,
        leftIndent=left,
        bulletIndent=max(0, left - 14),
        spaceBefore=before,
        spaceAfter=5,
        textColor=colour,
        splitLongWords=1,
    )


def _markup(run: Run, font: str) -> str:
    text = "".join(letter for letter in run.text if letter >= " " or letter in "\n\t")
    words = escape(text).replace("\n", "<br/>")
    words = _OTHER.sub(lambda found: f'<font name="{font}">{found[0]}</font>', words)
    if run.code and not _OTHER.search(run.text):
        words = f'<font name="{MONOSPACE}">{words}</font>'
    for on, tag in ((run.bold, "b"), (run.italic, "i"), (run.struck, "strike")):
        if on and not _OTHER.search(run.text):  # those fonts have one style
            words = f"<{tag}>{words}</{tag}>"
    return words
