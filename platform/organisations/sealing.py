"""The hash chain over an organisation's audit log: what a link holds, and which entries wait for theirs.

Entries are written without waiting on each other; a sealer links them right after their commit, one at a time for each
organisation. A link's `entry_hash` stands for everything that the entry says, its `chain_hash` for that and all links
before it: whoever changes, removes or slips in an entry later would have to make every link after it again.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from kernel.jobs import enqueue_after_commit
from kernel.redis import sync_redis
from organisations.models import AuditEntry, AuditSeal, Organisation

# What a link's hash stands for. A column that comes later gets into a second form, so that old links go on to hold.
COLUMNS = (
    "id", "public_id", "organisation_id", "actor_user_id", "actor_label", "api_key", "action", "target_type", "target_id",
    "target_label", "detail", "before", "after", "staff_label", "ip", "request_id", "created_at",
)  # fmt: skip
# What the first link of every chain follows.
GENESIS = "0" * 64
# A transaction that began this long before another one was sealed has committed by now; the look at the whole log
# twice an hour finds the entry of one that has not.
SLACK = timedelta(minutes=10)
# An asked-for sealer that never came is asked for again after so many seconds.
ASKED_SECONDS = 30


def entry_hash(entry: AuditEntry) -> str:
    """SHA-256 of every column of an entry, as JSON with sorted names."""
    text = json.dumps(
        {name: _plain(getattr(entry, name)) for name in COLUMNS},
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=True,
    )
    return sha256(text.encode()).hexdigest()


def chain_hash(previous: str, number: int, entry: str) -> str:
    """SHA-256 of the link before, the number and the entry's hash."""
    return sha256(f"{previous}:{number}:{entry}".encode()).hexdigest()


def links_after(last: AuditSeal | None, entries: Sequence[AuditEntry]) -> list[AuditSeal]:
    """The links that continue a chain with entries, not saved yet."""
    number, previous = (last.number, last.chain_hash) if last else (0, GENESIS)
    links = []
    for entry in entries:
        number, hashed = number + 1, entry_hash(entry)
        previous = chain_hash(previous, number, hashed)
        links.append(
            AuditSeal(
                organisation_id=entry.organisation_id,
                number=number,
                entry=entry,
                entry_hash=hashed,
                chain_hash=previous,
            )
        )
    return links


def last_seal(organisation: Organisation | int) -> AuditSeal | None:
    """The newest link of an organisation's chain."""
    rows = AuditSeal.objects.for_organisation(organisation).select_related("entry")
    found: AuditSeal | None = rows.order_by("-number").first()
    return found


def unsealed(organisation: Organisation | int, *, since: datetime | None = None) -> "QuerySet[AuditEntry]":
    """Entries without a link, in the order in which they were written; those since a moment where one is given."""
    links = AuditSeal.objects.for_organisation(organisation).filter(entry_id=OuterRef("pk"))
    rows = AuditEntry.objects.for_organisation(organisation).filter(~Exists(links))
    found: QuerySet[AuditEntry] = (rows.filter(created_at__gte=since) if since else rows).order_by("id")
    return found


def wait_for_turn(organisation_id: int) -> None:
    """Let one sealer of an organisation work at a time, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"bottega.audit_seal:{organisation_id}"]
        )


def seal_after_commit(organisation_id: int) -> None:
    """Have the entries of the open transaction sealed as soon as it has committed.

    Until the sealer begins, further entries find it asked for already: a burst enqueues one task, not hundreds.
    """
    transaction.on_commit(partial(_ask, organisation_id), robust=True)


def sealer_begins(organisation_id: int) -> None:
    """Say that what commits from now on may be too late for this sealer, so that another one is asked for."""
    sync_redis().delete(_asked(organisation_id))


def _ask(organisation_id: int) -> None:
    if sync_redis().set(_asked(organisation_id), 1, nx=True, ex=ASKED_SECONDS):
        enqueue_after_commit("organisations.seal_audit_log", organisation_id=organisation_id)


def _asked(organisation_id: int) -> str:
    return f"audit:seal:{organisation_id}"


def _plain(value: Any) -> Any:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value
