"""Reading the audit log: filters, search, and pages of any length at a constant cost.

Search goes through the function `bottega_audit_matches` of the database. It finds words and beginnings of words in all that
an entry says, through one index over every organisation's entries, and gives only those of the open scope's organisation.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL

from kernel.errors import NotFound
from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import AuditEntry, AuditSeal, Organisation
from organisations.record_filters import RecordFilter

# A search looks at the newest so many entries that fit; its page says so. An export looks at all of them.
MOST_MATCHES = 2_000
MOST_CHOICES = 500
CHUNK = 1000
_PARAMETERS = "%s, %s, %s, %s, %s::timestamptz, %s::timestamptz, %s::timestamptz, %s::bigint, %s::bigint"


@dataclass(frozen=True, slots=True)
class AuditFilter(RecordFilter):
    """Which entries are wanted; empty values want all.

    Attributes:
        action, person, target: exactly this action, address of who acted, or id of what it happened to.
        search: words, or beginnings of words, that the entry holds, all of them.
    """

    action: str = ""
    person: str = ""
    target: str = ""
    search: str = ""


def find_entries(
    organisation: Organisation,
    wanted: AuditFilter,
    *,
    after: AuditEntry | None = None,
    most: int = MOST_MATCHES,
) -> "QuerySet[AuditEntry]":
    """The entries that fit, in no order; with the number and hash of their seals as `seal_number` and `seal_hash`.

    Args:
        after: only those that come after this one, newest first.
        most: how many of the newest matches a search looks at.
    """
    conditions = {
        "action": wanted.action,
        "actor_label": wanted.person,
        "target_id": wanted.target,
        "created_at__gte": wanted.since,
        "created_at__lt": wanted.until,
    }
    rows = AuditEntry.objects.for_organisation(organisation)
    rows = rows.filter(**{name: value for name, value in conditions.items() if value})
    if after:
        same = Q(created_at=after.created_at, pk__lt=after.pk)
        rows = rows.filter(Q(created_at__lt=after.created_at) | same, created_at__lte=after.created_at)
    if wanted.search:
        rows = rows.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [_matches(wanted, after, most)]))
    return with_seals(rows)


def _matches(wanted: AuditFilter, after: AuditEntry | None, most: int) -> list[int]:
    before = (after.created_at, after.pk) if after else (None, None)
    texts = (wanted.search, wanted.action or None, wanted.person or None, wanted.target or None)
    with (
        across_organisations(
            reason="use an index of words; the function sees to the open scope's organisation"
        ),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            f"SELECT bottega_audit_matches({_PARAMETERS})",
            [*texts, wanted.since, wanted.until, *before, most],
        )
        return [key for (key,) in cursor.fetchall()]


def with_seals(rows: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
    """The same entries with the number and hash of their seals."""
    links = AuditSeal.unscoped.filter(organisation_id=OuterRef("organisation_id"), entry_id=OuterRef("pk"))
    return rows.select_related("actor_user").annotate(
        seal_number=Subquery(links.values("number")[:1]), seal_hash=Subquery(links.values("chain_hash")[:1])
    )


def access_entry(organisation: Organisation, entry_id: str) -> AuditEntry:
    """One entry of the organisation, with its seal.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    rows = with_seals(AuditEntry.objects.for_organisation(organisation).filter(public_id=entry_id))
    found = rows.first()
    if found is None:
        raise NotFound
    return found


def each_entry(organisation: Organisation, wanted: AuditFilter) -> Iterator[list[AuditEntry]]:
    """All entries that fit, newest first, in chunks.

    Each chunk opens the organisation's scope by itself: whoever reads slowly holds neither a connection nor a
    transaction, and the scope of the request that asked is long over.
    """
    position: AuditEntry | None = None
    while True:
        with tenant_scope(organisation):
            rows = find_entries(organisation, wanted, after=position, most=CHUNK)
            chunk = list(rows.order_by("-created_at", "-pk")[:CHUNK])
        if chunk:
            yield chunk
        if len(chunk) < CHUNK:
            return
        position = chunk[-1]


def actions_that_occur(organisation: Organisation) -> list[str]:
    """The actions in an organisation's log."""
    return _distinct(organisation, "action")


def people_who_occur(organisation: Organisation) -> list[str]:
    """Who acted in an organisation's log, by address; the first five hundred."""
    return _distinct(organisation, "actor_label")


def _distinct(organisation: Organisation, column: str) -> list[str]:
    # Jumps from value to value in the index; a DISTINCT would read all entries.
    statement = f"""
        WITH RECURSIVE found(value) AS (
            SELECT min({column}) FROM organisations_auditentry WHERE organisation_id = %(own)s
            UNION ALL
            SELECT (SELECT min({column}) FROM organisations_auditentry
                    WHERE organisation_id = %(own)s AND {column} > found.value)
            FROM found WHERE found.value IS NOT NULL)
        SELECT value FROM found WHERE value IS NOT NULL LIMIT %(most)s
    """  # noqa: S608 - the column is one of two constants
    with connection.cursor() as cursor:
        cursor.execute(statement, {"own": organisation.pk, "most": MOST_CHOICES})
        return [value for (value,) in cursor.fetchall()]
