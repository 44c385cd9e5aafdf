"""What a turn asks of a person, as cards: a call to allow, edit or refuse, an account to connect, a program to run.

A card is made of a request's public form alone, so it is drawn alike while an answer streams and when it is read back.
"""

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.dateparse import parse_datetime
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistants.turns.pausing import COMPUTATION, CONFIRMATION
from assistants.turns.readable import as_json, fields_of, rows_of, visible

PENDING = "pending"
_WHY = {
    "taint": _(
        "This answer has read text from outside, and such text can hold instructions to the model. So you are asked before"
        " anything leaves."
    ),
    "policy": _("Your organisation, or the one that made this assistant, asks before calls like this one."),
    "consequential": _("This may be hard to take back."),
    "writes": _("This changes something outside Bottega."),
}
_RISK = {"reads": _("Reads"), "writes": _("Writes"), "destroys": _("Deletes")}


def asked_card(request: Mapping[str, Any]) -> SafeString:
    """The card of one request in its public form; a line where it is decided."""
    if request["kind"] == COMPUTATION:
        return render_to_string("turns/compute.html", {"asked": request, "state": _state(request)})
    what = str(request.get("label", "")).removeprefix(f"{request['action']['name']}: ")
    context: dict[str, Any] = {
        "asked": request,
        "service": visible(request["action"]["name"]),
        "what": visible(what),
        "state": _state(request),
        "expires_at": parse_datetime(request["expires_at"]),
    }
    if request["kind"] != CONFIRMATION:
        return render_to_string("turns/connect.html", context)
    arguments, schema = request["arguments"], request["schema"]
    context |= {
        "url": visible(request["url"]),
        "why": _WHY.get(request["reason"], ""),
        "risk": _RISK.get(request["risk"], ""),
        "rows": rows_of(arguments, schema),
        "json": as_json(arguments),
        "fields": fields_of(arguments, schema) if request["edit_allowed"] else (),
    }
    return render_to_string("turns/confirm.html", context)


def _state(request: Mapping[str, Any]) -> str:
    return str(request.get("state") or PENDING)
