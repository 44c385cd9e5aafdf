"""A disclosure as the rows of a table: who receives something, what, and for what."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

MOST_FIELDS = 12


@dataclass(frozen=True, slots=True)
class Row:
    """One receiver. `kind` is `reads`, `writes` or `model`; `signed` says whose account signs the calls, in words."""

    host: str
    purpose: str
    sent: str
    kind: str
    signed: str = ""


def rows_of(disclosure: Mapping[str, Any]) -> list[Row]:
    """Everybody outside who receives something, hosts first."""
    return [*map(_host, disclosure.get("hosts", [])), *_models(disclosure)]


def _host(host: Mapping[str, Any]) -> Row:
    if host["host"] == "*":
        return Row(_("Web pages that you or it name"), "", _("Their address, and nothing else"), "reads")
    fields = host.get("fields", [])
    sent = ", ".join(fields[:MOST_FIELDS]) + ("…" if len(fields) > MOST_FIELDS else "")
    signed = {"user": _("Signed with your account"), "organisation": _("Signed with its creator's account")}
    return Row(
        host["host"],
        host.get("purpose", ""),
        sent or _("Nothing of yours"),
        "writes" if host.get("writes") else "reads",
        signed.get(host.get("account", ""), ""),
    )


def _models(disclosure: Mapping[str, Any]) -> Iterator[Row]:
    for model in disclosure.get("models", []):
        if model.get("host"):
            place = ", ".join(filter(None, (model.get("provider"), model.get("region"))))
            sent = _("Your question, the chat so far, and the passages found in the sources")
            purpose = _("Runs the model %(name)s (%(place)s)") % {"name": model["name"], "place": place}
            yield Row(model["host"], purpose, sent, "model")
