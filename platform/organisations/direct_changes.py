"""Changes that no action made: hands on a database's console, statements of a script. The history of rows shows them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from kernel.tenancy import across_organisations
from organisations.models import EVENT_MODELS, DirectChange, HistoryEvent, Organisation

# Columns of an event that an entry of the audit log says in its own way, or need not say.
_APART = {"organisation", "id"}
# What the history leaves out: a change that shows in no column was made here.
UNSHOWN = "secret"


@dataclass(frozen=True, slots=True)
class Row:
    """What an event is about, as an entry of the audit log names its target."""

    _meta: Any
    public_id: str
    label: str

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True, slots=True)
class Change:
    """What an event says: the columns that it changed, as they were and as they are; None where there was no row."""

    before: dict[str, Any] | None
    after: dict[str, Any] | None
    hidden: bool = False


def organisations_with_direct_changes() -> list[int]:
    """Which organisations have changes that no entry tells of yet; not those that are gone."""
    found: set[int] = set()
    with across_organisations(reason="changes past the product concern anybody"):
        for model in EVENT_MODELS:
            rows = _unreported(model, model.objects.across_organisations(reason="whose there are"))
            found.update(rows.order_by().values_list("organisation_id", flat=True).distinct())
        there = Organisation.objects.filter(pk__in=found)
        return list(there.order_by("pk").values_list("pk", flat=True))


def unreported(organisation: Organisation, most: int) -> list[HistoryEvent]:
    """Events of an organisation that no action made and that no entry tells of yet, in the order in which they happened."""
    found: list[HistoryEvent] = []
    for model in EVENT_MODELS:
        rows = _unreported(model, model.objects.for_organisation(organisation))
        found += rows.order_by("pgh_id")[:most]
    return sorted(found, key=lambda event: (event.pgh_created_at, event.pgh_id))[:most]


def _unreported(model: type[HistoryEvent], rows: "QuerySet[Any]") -> "QuerySet[Any]":
    told = DirectChange.unscoped.filter(
        organisation_id=OuterRef("organisation_id"), table=model._meta.model_name, event_id=OuterRef("pgh_id")
    )
    return rows.filter(~Exists(told), pgh_context__isnull=True)


def change_of(event: HistoryEvent) -> Change:
    """What an event changed, against the event before it of the same row."""
    now = _columns(event)
    if event.pgh_label == "insert":
        return Change(before=None, after=now)
    if event.pgh_label == "delete":
        return Change(before=now, after=None)
    earlier = type(event).objects.for_organisation(event.organisation_id)
    last = earlier.filter(id=event.id, pgh_id__lt=event.pgh_id).order_by("-pgh_id").first()
    if last is None:
        return Change(before=None, after=now)
    before = _columns(last)
    changed = [name for name in now if now[name] != before[name]]
    return Change(
        before={name: before[name] for name in changed},
        after={name: now[name] for name in changed},
        hidden=not changed,
    )


def row_of(event: HistoryEvent, organisation: Organisation) -> Row:
    """What an event is about; the policy, which has no id of its own, by its organisation."""
    model: Any = event.pgh_tracked_model
    tracked = model._meta
    public_id = getattr(event, "public_id", "")
    if tracked.model_name == "policy":
        return Row(tracked, organisation.public_id, organisation.name)
    return Row(tracked, public_id, getattr(event, "name", "") or _person(event) or public_id)


def _person(event: HistoryEvent) -> str:
    user_id = getattr(event, "user", None)
    found = User.objects.filter(pk=user_id).values_list("email", flat=True) if user_id else []
    return next(iter(found), "")


def _columns(event: HistoryEvent) -> dict[str, Any]:
    return {name: _plain(getattr(event, name)) for name in _names(event._meta.concrete_fields)}


def _names(fields: Iterable[Any]) -> list[str]:
    return [field.name for field in fields if field.name not in _APART and not field.name.startswith("pgh_")]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
