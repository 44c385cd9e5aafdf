"""Link the entries of an audit log into its chain."""

from django.db.models import Exists, OuterRef

from kernel.tenancy import across_organisations, tenant_scope
from organisations.models import AuditEntry, AuditSeal
from organisations.sealing import SLACK, last_seal, links_after, sealer_begins, unsealed, wait_for_turn

BATCH = 1000


def seal_audit_log(*, organisation_id: int, everything: bool = False) -> int:
    """Seal what waits in one organisation's log, batch by batch; returns how many entries that were.

    An entry with a smaller number may commit after a larger one was sealed: its link simply comes later.

    Args:
        everything: look through the whole log; otherwise only through what is newer than the last link, with some slack.
    """
    sealer_begins(organisation_id)
    done = 0
    while made := _seal_batch(organisation_id, everything):
        done += made
        if made < BATCH:
            break
    return done


def seal_every_audit_log() -> int:
    """Seal what is left over in any organisation, however old it is."""
    with across_organisations(reason="find what was left unsealed, whoever's it is"):
        links = AuditSeal.objects.across_organisations(reason="leftovers").filter(entry_id=OuterRef("pk"))
        rows = AuditEntry.objects.across_organisations(reason="leftovers").filter(~Exists(links))
        waiting = list(rows.order_by().values_list("organisation_id", flat=True).distinct())
    return sum(seal_audit_log(organisation_id=key, everything=True) for key in waiting)


def _seal_batch(organisation_id: int, everything: bool) -> int:
    with tenant_scope(organisation_id, durable=True):
        wait_for_turn(organisation_id)
        last = last_seal(organisation_id)
        since = last.entry.created_at - SLACK if last and not everything else None
        entries = list(unsealed(organisation_id, since=since)[:BATCH])
        AuditSeal.objects.bulk_create(links_after(last, entries))
        return len(entries)
