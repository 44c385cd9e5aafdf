"""The operations of an action: narrowed, and switched on and off."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from assistants.actions.models import Action, Operation
from assistants.actions.presentation import enabled_of
from assistants.actions.queries import changed_tools, operations_of
from assistants.actions.views.cards import CONTRACT_OPERATIONS
from kernel.errors import InvalidInput
from organisations.actors import Actor

PAGE = 100
MOST_ON = 500  # operations of one action
_BRIEF = ("key", "method", "path", "summary", "description", "risk", "consequential", "position")


@dataclass(frozen=True, slots=True)
class Filter:
    """What narrows the table: words in names and paths, `on` or `off`, and a risk."""

    text: str = ""
    state: str = ""
    risk: str = ""

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Filter":
        """The filter of a query or a form; what there is not is left out."""
        state, risk = given.get("state", ""), given.get("risk", "")
        return cls(
            text=str(given.get("text", "")).replace("\x00", "").strip()[:200],
            state=state if state in ("on", "off") else "",
            risk=risk if risk in Operation.Risk.values else "",
        )

    @property
    def narrowed(self) -> bool:
        """Whether it leaves anything out."""
        return bool(self.text or self.state or self.risk)

    @property
    def query(self) -> str:
        """The filter as the part of an address."""
        given = {"text": self.text, "state": self.state, "risk": self.risk}
        return urlencode({name: value for name, value in given.items() if value})

    def apply(self, rows: QuerySet[Operation], on: Iterable[str]) -> QuerySet[Operation]:
        """The rows that it lets through."""
        for word in self.text.split():
            rows = rows.filter(
                Q(key__icontains=word)
                | Q(path__icontains=word)
                | Q(summary__icontains=word)
                | Q(method__iexact=word)
            )
        if self.state:
            chosen = Q(key__in=list(on))
            rows = rows.filter(chosen if self.state == "on" else ~chosen)
        return rows.filter(risk=self.risk) if self.risk else rows


def sums_context(actor: Actor, action: Action) -> dict[str, Any]:
    """How many operations are on, and whether those are too many; inside the organisation's scope."""
    on = enabled_of(actor, action)
    return {
        "action": action,
        "on_count": len(on),
        "total": operations_of(action).count(),
        "too_many": len(on) > CONTRACT_OPERATIONS,
        "contract": CONTRACT_OPERATIONS,
    }


def table_context(
    actor: Actor, action: Action, given: Mapping[str, Any], base: str, *, offset: int = 0
) -> dict[str, Any]:
    """A part of the table, inside the organisation's scope.

    Args:
        base: the address of the action's page.
    """
    chosen, on = Filter.of(given), set(enabled_of(actor, action))
    rows = chosen.apply(operations_of(action), on)
    matching = rows.count()
    changed = set(changed_tools(action).values_list("operation", flat=True))
    shown = [
        {"one": row, "on": row.key in on, "changed": row.key in changed, "asks": asks(row)}
        for row in rows.only(*_BRIEF)[offset : offset + PAGE]
    ]
    further = offset + PAGE
    return {
        "base": base,
        "filter": chosen,
        "rows": shown,
        "matching": matching,
        "further": further if further < matching else 0,
        "risks": Operation.Risk.choices,
        **sums_context(actor, action),
    }


def asks(row: Operation) -> str:
    """Whether people are asked before a call, in words; policies and taint can only ask more."""
    if row.consequential or row.risk == Operation.Risk.DESTROYS:
        return _("Every time")
    if row.risk == Operation.Risk.READS:
        return _("No")
    return _("Until they say always") if row.consequential is False else _("Every time")


def switched(actor: Actor, action: Action, given: Mapping[str, Any]) -> list[str]:
    """The keys that are on after what a form asks for, in the document's order; inside the organisation's scope.

    Args:
        given: `on` is 1 or empty; `key` is one operation, or else all that the form's filter lets through.

    Raises:
        InvalidInput: there is no such operation, or more would be on than may be.
    """
    present = set(enabled_of(actor, action))
    rows = operations_of(action)
    key = given.get("key", "")
    meant = {key} if key else set(Filter.of(given).apply(rows, present).values_list("key", flat=True))
    after = present | meant if given.get("on") == "1" else present - meant
    keys = list(rows.values_list("key", flat=True))
    if key and key not in keys:
        raise InvalidInput.on(
            "key", "unknown_operation", _("The action has no operation %(key)s.") % {"key": key}
        )
    chosen = [one for one in keys if one in after]
    if len(chosen) > MOST_ON:
        message = _("At most %(most)s operations of an action can be on. Narrow the list first.")
        raise InvalidInput.on("key", "too_many", message % {"most": MOST_ON})
    return chosen
