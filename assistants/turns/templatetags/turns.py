"""How what surrounds an answer is shown: `{% load turns %}`."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from assistants.turns import asking, readable
from assistants.turns.models import Turn
from assistants.turns.queries import asked_of
from assistants.turns.shown_results import Shown, shown_results
from web.markdown.code import coloured

register = template.Library()
LONGEST_ARGUMENTS = 2000


@register.filter
def duration(milliseconds: int) -> str:
    """How long something took: 40 ms, 0.4 s."""
    if milliseconds < 100:
        return _("%(milliseconds)d ms") % {"milliseconds": milliseconds}
    return _("%(seconds).1f s") % {"seconds": milliseconds / 1000}


@register.filter
def arguments(call: Mapping[str, Any]) -> str:
    """What a tool was given, a line an argument; as it came where it is no JSON object."""
    try:
        given = orjson.loads(call["arguments"] or "{}")
    except orjson.JSONDecodeError:
        given = call["arguments"]
    if isinstance(given, dict):
        given = "\n".join(f"{name}: {value}" for name, value in given.items())
    return readable.visible(str(given)[:LONGEST_ARGUMENTS])


@register.filter
def program(code: str) -> SafeString:
    """A program in Python, coloured; characters that cannot be seen are named."""
    return mark_safe(coloured(readable.visible(str(code)), "python"))


@register.filter
def printed(output: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a program printed, its value and its error, where there is something, with the words for each."""
    labels = {
        "stdout": _("Output"),
        "stderr": _("Printed as errors"),
        "value": _("Value"),
        "error": _("Error"),
    }
    return [{"label": label, "text": output[name]} for name, label in labels.items() if output.get(name)]


@register.filter
def as_json(value: Any) -> str:
    """A value as JSON, for an attribute."""
    return orjson.dumps(value).decode()


@register.filter
def visible(text: str) -> str:
    """A text from outside, in which characters that cannot be seen are named."""
    return readable.visible(str(text))


@register.filter
def results(call: Mapping[str, Any], turn_id: str | None = "") -> Shown | None:
    """What people look at in a call: tables, charts, pictures, files; None where there is nothing."""
    return shown_results(call, turn_id or "")


@register.filter
def asked(turn: Turn) -> SafeString:
    """What a turn that waits asks of its reader, as cards."""
    wanted = asked_of(turn)
    if wanted is None:
        return SafeString()
    requests = (*wanted["computations"], *wanted["confirmations"], *wanted["connections"])
    return mark_safe("".join(map(asking.asked_card, requests)))


@register.filter
def doubtful(report: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The sentences of a check that do not hold, or not wholly."""
    return [one for one in report["sentences"] if one["verdict"] in ("partly", "unsupported")]
