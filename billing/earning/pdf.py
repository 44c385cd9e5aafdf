"""A statement as a PDF. The library is imported when somebody asks for one."""

from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from billing.earning.words import PRICED, kind_in_words
from billing.models import StatementLine, StatementMonth
from kernel.money import format_money

EVERYWHERE, CHINESE = "Helvetica", "STSong-Light"
GREY, LINE = "#57534e", "#d6d3d1"


def statement_pdf(
    statement: StatementMonth, lines: list[StatementLine], *, name: str, tax_number: str = ""
) -> bytes:
    """A statement on A4, in the active language.

    Chinese is set in a font that readers of PDF bring along; it is named, not embedded.

    Args:
        name: the creator's organisation. tax_number: its number at the tax office; empty where it gave none.
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate, Spacer

    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    title = _("Statement for %(month)s") % {
        "month": formats.date_format(statement.month, "YEAR_MONTH_FORMAT")
    }
    to = BytesIO()
    document = SimpleDocTemplate(
        to,
        pagesize=A4,
        title=title,
        author="Bottega",
        leftMargin=18 * mm,
        rightMargin=18 * mm,
        topMargin=18 * mm,
        bottomMargin=18 * mm,
    )
    parts = [
        _text(title, 18),
        _text(name, 11),
        *([_text(_("Tax number %(number)s") % {"number": tax_number}, 9, GREY)] if tax_number else []),
        _text(f"{statement.public_id} · {_day(statement)}", 8, GREY),
        Spacer(1, 6 * mm),
        _sums(statement),
        Spacer(1, 6 * mm),
        _lines(lines),
        Spacer(1, 4 * mm),
        _text(
            _(
                "Every line counts transactions of the ledger; the table of transactions lists each by its id. Buyers are not named."
            ),
            8,
            GREY,
        ),
    ]
    document.build(parts)
    return to.getvalue()


def _day(statement: StatementMonth) -> str:
    made = statement.published_at or timezone.now()
    return _("made on %(day)s") % {"day": formats.date_format(made, "DATE_FORMAT")}


def _money(amount: int) -> str:
    return format_money(amount, settings.CURRENCY, places=6)


def _text(words: str, size: float, colour: str = "#1c1917", *, right: bool = False) -> Any:
    from reportlab.lib.enums import TA_LEFT, TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    # What Latin fonts lack is set in the Chinese one, which has Cyrillic and Greek too.
    wide = any(ord(sign) > 0xFF and sign not in "€–—’“”…" for sign in words)
    style = ParagraphStyle(
        "text",
        fontName=CHINESE if wide else EVERYWHERE,
        fontSize=size,
        leading=size * 1.35,
        textColor=colour,
        alignment=TA_RIGHT if right else TA_LEFT,
        wordWrap="CJK" if wide else None,
    )
    return Paragraph(escape(words), style)


def _sums(statement: StatementMonth) -> Any:
    rows = [
        (_("Owed at the beginning"), statement.opening),
        (_("Earned"), statement.earned),
        (_("Taken back"), statement.taken_back),
        (_("Paid out"), statement.paid_out),
        (_("Corrections"), statement.other),
        (_("Owed at the end"), statement.closing),
    ]
    shown = [row for number, row in enumerate(rows) if row[1] or number in (0, 1, 5)]
    return _table(
        [[_text(label, 9), _text(_money(amount), 9, right=True)] for label, amount in shown], (110, 60)
    )


def _lines(lines: list[StatementLine]) -> Any:
    head = (_("What"), _("Assistant"), _("How often"), _("Paid"), _("Yours"))
    body = [
        (
            kind_in_words(line.kind) + (f" {PRICED[line.priced]}" if line.kind == "sale" else ""),
            line.product_name or line.product or "–",
            str(line.answers or line.count),
            _money(line.gross) if line.gross else "–",
            _money(line.amount),
        )
        for line in lines
    ]
    rows = [[_text(cell, 8, GREY, right=at > 1) for at, cell in enumerate(head)]]
    rows += [[_text(cell, 8, right=at > 1) for at, cell in enumerate(row)] for row in body]
    return _table(rows, (46, 48, 18, 30, 32), head=True)


def _table(rows: list[list[Any]], widths: tuple[int, ...], *, head: bool = False) -> Any:
    from reportlab.lib import colors
    from reportlab.lib.units import mm
    from reportlab.platypus import Table, TableStyle

    table = Table(
        rows, colWidths=[width * mm for width in widths], repeatRows=1 if head else 0, hAlign="LEFT"
    )
    table.setStyle(
        TableStyle(
            [("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.HexColor(LINE)), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        )
    )
    return table
