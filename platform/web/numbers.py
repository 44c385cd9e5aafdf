"""Figures in words people read at a glance, in their language."""

from datetime import datetime
from math import floor

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

MINUTE, HOUR, DAY = 60, 3600, 86400
UNITS = ((1_000_000_000, "B"), (1_000_000, "M"), (1_000, "k"))
CHINESE_UNITS = ((100_000_000, "亿"), (10_000, "万"))
BYTE_UNITS = ("kB", "MB", "GB", "TB")


def compact_number(value: float) -> str:
    """1,234 → 1.2k; in Chinese 12,345 → 1.2 万. Small numbers stay whole, fractions keep two places."""
    chinese = (translation.get_language() or "").startswith("zh")
    for size, unit in CHINESE_UNITS if chinese else UNITS:
        if abs(value) >= size:
            return f"{_one_place(value / size)}{' ' if chinese else ''}{unit}"
    if value != int(value):
        return str(formats.number_format(round(value, 2), use_l10n=True))
    return str(formats.number_format(int(value), use_l10n=True, force_grouping=True))


def byte_size(value: int) -> str:
    """4,300,000 → 4.3 MB, in decimal units as file managers show them."""
    if value < 1000:
        return ngettext("%(count)s byte", "%(count)s bytes", value) % {"count": value}
    amount = float(value)
    for unit in BYTE_UNITS:
        amount /= 1000
        if amount < 999.5 or unit == BYTE_UNITS[-1]:
            break
    return f"{_one_place(amount)} {unit}"


def relative_time(moment: datetime, now: datetime | None = None) -> str:
    """How long ago: just now, 12 minutes ago, yesterday, Tuesday, 3 November."""
    now = timezone.localtime(now)
    local = timezone.localtime(moment)
    seconds = (now - local).total_seconds()
    days = (now.date() - local.date()).days
    if seconds < 0:
        return str(formats.date_format(local, "DATETIME_FORMAT"))
    if seconds < MINUTE:
        return _("just now")
    if seconds < HOUR:
        minutes = floor(seconds / MINUTE)
        return ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes) % {"count": minutes}
    if days == 0 or seconds < 6 * HOUR:
        hours = floor(seconds / HOUR)
        return ngettext("%(count)s hour ago", "%(count)s hours ago", hours) % {"count": hours}
    if days == 1:
        return _("yesterday")
    if days < 7:
        return str(formats.date_format(local, "l"))
    return str(formats.date_format(local, "MONTH_DAY_FORMAT" if local.year == now.year else "DATE_FORMAT"))


def _one_place(value: float) -> str:
    places = 1 if abs(value) < 99.95 else 0
    shown = round(value, places)
    return str(
        formats.number_format(
            int(shown) if shown == int(shown) else shown, use_l10n=True, force_grouping=True
        )
    )
