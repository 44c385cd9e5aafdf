"""Reading the record of calls: whose they are, filters, pages of any length at a constant cost, and figures for creators."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Avg, Count, Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistants.actions.models import Action, ActionCall
from assistants.actions.queries import action_calls
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.record_filters import RecordFilter

CHUNK = 1000
MOST_CHOICES = 200
FIGURE_DAYS = 30
Outcome = ActionCall.Outcome


@dataclass(frozen=True, slots=True)
class CallFilter(RecordFilter):
    """Which calls are wanted; empty values want all.

    Attributes:
        assistant, action: exactly this public id. host: exactly this one. person: a public id, or an e-mail address.
        outcome: one of `ActionCall.Outcome`.
    """

    assistant: str = ""
    host: str = ""
    person: str = ""
    outcome: str = ""
    action: str = ""


def read_filter(values: Mapping[str, Any]) -> CallFilter:
    """The filter of an address or a form, as `RecordFilter.read` takes it.

    Raises:
        InvalidInput: `from` or `to` is neither a day nor a moment, or there is no such outcome.
    """
    wanted = CallFilter.read(values)
    if wanted.outcome and wanted.outcome not in Outcome.values:
        message = _("Choose one of: %(names)s.") % {"names": ", ".join(Outcome.values)}
        raise InvalidInput.on("outcome", "not_a_choice", message)
    return wanted


def sees_all(actor: Actor) -> bool:
    """Whether the actor may read the calls of everybody in the organisation."""
    return actor.can(Permission.VIEW_AUDIT)


def visible_calls(actor: Actor, wanted: CallFilter, *, own: bool = False) -> "QuerySet[ActionCall]":
    """The calls that the actor may see and that fit, newest first, inside the scope.

    Args:
        own: only the actor's own ones, whatever they may see.
    """
    rows = action_calls(actor.organisation)
    if own or not sees_all(actor):
        rows = (
            rows.filter(user_id=actor.user_id)
            if actor.user_id
            else rows.filter(user=None, api_key_id=actor.api_key_id or 0)
        )
    if actor.assistants:
        rows = rows.filter(assistant_id__in=actor.assistants)
    conditions = {
        "assistant_id": wanted.assistant,
        "action_id": wanted.action,
        "host": wanted.host,
        "outcome": wanted.outcome,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
    }
    rows = rows.filter(**{name: value for name, value in conditions.items() if value})
    if wanted.person:
        by = "user__email__iexact" if "@" in wanted.person else "user__public_id"
        rows = rows.filter(**{by: wanted.person})
    return rows


def access_call(actor: Actor, call_id: str) -> ActionCall:
    """One call that the actor may see.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    rows = visible_calls(actor, CallFilter())
    found = rows.filter(public_id=call_id.replace("\x00", "")).first()
    if found is None:
        raise NotFound
    return found


def each_call(actor: Actor, wanted: CallFilter) -> Iterator[list[ActionCall]]:
    """All calls that fit, newest first, in chunks; each opens the organisation's scope by itself."""
    last: ActionCall | None = None
    while True:
        with tenant_scope(actor.organisation):
            rows = visible_calls(actor, wanted)
            if last:
                same = Q(created_at=last.created_at, pk__lt=last.pk)
                rows = rows.filter(Q(created_at__lt=last.created_at) | same, created_at__lte=last.created_at)
            chunk = list(rows[:CHUNK])
        if chunk:
            yield chunk
        if len(chunk) < CHUNK:
            return
        last = chunk[-1]


def hosts_that_occur(actor: Actor) -> list[str]:
    """The hosts in the organisation's record, for its page."""
    return _distinct(actor.organisation.pk, "host")


def assistants_that_occur(actor: Actor) -> list[tuple[str, str]]:
    """Public id and latest name of the assistants in the organisation's record."""
    statement = """
        SELECT found.value, (
            SELECT assistant_name FROM actions_actioncall
            WHERE organisation_id = %(own)s AND assistant_id = found.value ORDER BY created_at DESC, id DESC LIMIT 1)
        FROM unnest(%(ids)s::text[]) AS found(value)
    """
    with connection.cursor() as cursor:
        cursor.execute(
            statement, {"own": actor.organisation.pk, "ids": _distinct(actor.organisation.pk, "assistant_id")}
        )
        found = [(public_id, name or public_id) for public_id, name in cursor.fetchall()]
    return sorted(found, key=lambda pair: pair[1].lower())


def _distinct(organisation_id: int, column: str) -> list[str]:
    # Jumps from value to value in the index; a DISTINCT would read all rows.
    statement = f"""
        WITH RECURSIVE found(value) AS (
            SELECT min({column}) FROM actions_actioncall WHERE organisation_id = %(own)s
            UNION ALL
            SELECT (SELECT min({column}) FROM actions_actioncall
                    WHERE organisation_id = %(own)s AND {column} > found.value)
            FROM found WHERE found.value IS NOT NULL)
        SELECT value FROM found WHERE value IS NOT NULL LIMIT %(most)s
    """  # noqa: S608 - the column is one of two constants
    with connection.cursor() as cursor:
        cursor.execute(statement, {"own": organisation_id, "most": MOST_CHOICES})
        return [value for (value,) in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """How often an operation was called by all who use an assistant, and never by whom or with what.

    Attributes:
        calls: that were made. failed: of these, without an answer or with one that reports an error.
        denied: that people refused. refused: that a policy or a limit kept back.
        milliseconds: of a call that was made, on average.
    """

    operation: str
    calls: int
    failed: int
    denied: int
    refused: int
    milliseconds: int
    last_at: datetime

    @property
    def failure_rate(self) -> float:
        """The share of the calls that failed, from 0 to 1."""
        return self.failed / self.calls if self.calls else 0.0


def figures_of(action: Action, *, days: int = FIGURE_DAYS) -> list[OperationFigures]:
    """Counts of an action's operations over the last days, most called first; for those who may edit its assistant.

    Calls lie in the organisations of those who use it. What leaves them here are numbers.
    """
    made = Q(outcome__in=(Outcome.ANSWERED, Outcome.FAILED))
    broken = Q(outcome=Outcome.FAILED) | Q(outcome=Outcome.ANSWERED, status__gte=400)
    since = timezone.now() - timedelta(days=days)
    with across_organisations(reason="count how often an action is called, for its creator"):
        rows = ActionCall.objects.across_organisations(reason="counts alone").filter(
            action_id=action.public_id, creator_organisation_id=action.organisation_id, created_at__gte=since
        )
        counted = (
            rows.order_by()
            .values("operation")
            .annotate(
                calls=Count("id", filter=made),
                failed=Count("id", filter=broken),
                denied=Count("id", filter=Q(outcome=Outcome.DENIED)),
                refused=Count("id", filter=Q(outcome=Outcome.REFUSED)),
                milliseconds=Avg("milliseconds", filter=made),
                last_at=Max("created_at"),
            )
        )
        found = [
            OperationFigures(**row | {"milliseconds": round(row["milliseconds"] or 0)}) for row in counted
        ]
    return sorted(found, key=lambda one: (-one.calls, one.operation))
