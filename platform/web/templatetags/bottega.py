"""Tags and filters that all rooms' templates use: `{% load bottega %}`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.conf import settings
from django.forms import (
    BoundField,
    CheckboxInput,
    CheckboxSelectMultiple,
    FileInput,
    RadioSelect,
    Select,
    Textarea,
)
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from kernel.money import format_money
from web import markdown as safe_markdown
from web.drawings import drawing as draw
from web.failures import words_for
from web.icons import glyph as draw_glyph
from web.icons import icon as draw_icon
from web.languages import html_lang
from web.numbers import byte_size, compact_number, relative_time
from web.pictures import intarsia, mosaic
from web.stages import Stage, stages_of

register = template.Library()

register.filter("html_lang", html_lang)
register.simple_tag(mosaic, name="mosaic")


@register.filter
def compact(value: float | str | None) -> str:
    """A count in few characters: 33,120 → 33.1k, in Chinese 3.3 万."""
    return compact_number(float(value or 0))


@register.filter("bytes")
def size_in_bytes(value: int | str | None) -> str:
    """A size in decimal units: 4,100,000 → 4.1 MB."""
    return byte_size(int(value or 0))


@register.simple_tag
def icon(name: str, css_class: str = "", label: str = "") -> SafeString:
    """One icon of the vendored set: `{% icon "search" "icon-sm" %}`, or `<c-icon name="search" />`."""
    return draw_icon(str(name), str(css_class), str(label))


@register.simple_tag
def glyph(path: str, css_class: str = "") -> SafeString:
    """A mark from its path data on 24 by 24 units: `{% glyph connector.icon "icon-lg" %}`."""
    return draw_glyph(str(path), str(css_class))


@register.simple_tag
def picture(seed: str, css_class: str = "art", label: str = "") -> SafeString:
    """The intarsia picture of a seed."""
    return intarsia(str(seed), str(css_class), str(label))


@register.simple_tag
def drawing(name: str) -> SafeString:
    """One of the drawings of empty and error states."""
    return draw(str(name))


@register.filter
def ago(moment: datetime | None) -> str:
    """How long ago something happened, in words; nothing for None."""
    return relative_time(moment) if moment else ""


@register.filter
def money(micro: int | None, currency: str = "") -> str:
    """Micro-units as a sum of money: `{{ usage.cost|money }}` in the operator's currency, `|money:"EUR"` in another."""
    return format_money(micro, currency or settings.CURRENCY) if micro is not None else "–"


@register.filter
def percent(share: float | None) -> str:
    """A share from 0 to 1 in whole per cent; a dash for none."""
    return "–" if share is None else f"{share:.0%}"


@register.filter
def markdown(text: str, citations: Iterable[int] = ()) -> SafeString:
    """Markdown that somebody wrote, made safe."""
    return safe_markdown.render(text, citations)


@register.filter
def initials(name: str) -> str:
    """One or two letters that stand for a name: Harbour & Pine → HP, 城南书坊 → 城."""
    words = [word for word in str(name).replace("@", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    if len(words) == 1 or not words[0].isascii():
        return words[0][0].upper()
    return (words[0][0] + words[-1][0]).upper()


@register.filter
def face_colour(name: str) -> int:
    """Which of the four colours a face has; always the same one for a name."""
    return sum(map(ord, str(name))) % 4 + 1


@register.simple_tag
def field_widget(field: BoundField, hint_id: str = "", css_class: str = "", **extra: Any) -> SafeString:
    """Draw a form field's own control in the house style, tied to its hint and its error.

    Args:
        hint_id: id of the element that holds the hint, where there is one.
        css_class: further classes.
    """
    attributes: dict[str, Any] = {
        n.replace("_", "-"): value for n, value in extra.items() if value not in (None, "")
    }
    widget = field.field.widget
    if widget.attrs.get("placeholder") == field.label or getattr(widget, "input_type", "") == "password":
        attributes.setdefault("placeholder", False)  # a repeated label helps nobody and goes away when typing
    described = [part for part in (hint_id, f"{field.auto_id}_error" if field.errors else "") if part]
    if described:
        attributes["aria-describedby"] = " ".join(described)
    base = _class_of(field)
    attributes["class"] = " ".join(filter(None, [base, css_class, widget.attrs.get("class", "")]))
    return mark_safe(conditional_escape(field.as_widget(attrs=attributes)))


def _class_of(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, RadioSelect | CheckboxSelectMultiple):
        return ""
    kinds = (
        (CheckboxInput, "checkbox"),
        (Textarea, "textarea"),
        (Select, "select"),
        (FileInput, "file-input"),
    )
    for kind, name in kinds:
        if isinstance(widget, kind):
            return name
    return "input"


@register.filter
def hint_text(field: BoundField, hint: str) -> str:
    """The hint given in the template, else the field's own help; "none" for neither."""
    return "" if hint == "none" else hint or str(field.help_text)


@register.filter
def is_checkbox(field: BoundField) -> bool:
    """Whether a form field is one tick box, whose label stands beside it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.filter
def is_group(field: BoundField) -> bool:
    """Whether a form field is several boxes, which need a group instead of a label."""
    return isinstance(field.field.widget, RadioSelect | CheckboxSelectMultiple)


@register.filter
def failure_title(error: Any) -> str:
    """The heading of the page for a DomainError."""
    return words_for(error).title


@register.filter
def failure_drawing(error: Any) -> str:
    """The drawing of the page for a DomainError."""
    return words_for(error).drawing


@register.filter
def can_retry(error: Any) -> bool:
    """Whether asking again may help."""
    return words_for(error).retry


@register.filter
def stages(state: str, failed_at: str = "") -> list[Stage]:
    """The four stages of an upload as `<c-stages>` draws them."""
    return stages_of(str(state), str(failed_at))
