"""Find the sources whose origin is due, and the looks whose worker has died."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from assistants.knowledge.actions.look_at_source import give_up
from assistants.knowledge.actions.request_look import request_look, send_look
from assistants.knowledge.leases import MAX_ATTEMPTS
from assistants.knowledge.looking import QUEUED
from assistants.knowledge.models import SharedSource, Source
from kernel.registries import knowledge_holders
from kernel.tenancy import across_organisations

REASON = "sources of every organisation whose origin is due are looked at"
AT_ONCE = 200
AN_ORGANISATION = 20  # of each at once, so that one with thousands keeps nobody waiting


def look_at_due_sources() -> int:
    """Queue what is due and what got lost, some of each organisation; returns how many.

    What is put away for now, and nobody else shares, waits until it is taken out again.
    """
    with across_organisations(reason=REASON, durable=True):
        lost = list(_locked(Q(look_until__lt=timezone.now())))
        for source in lost:
            _resume(source)
        due = list(_locked(Q(sync_at__lte=timezone.now(), look_until=None)))
        for source in due:
            request_look(source)
    return len(lost) + len(due)


def _locked(wanted: Q) -> QuerySet[Source]:
    rows = Source.objects.across_organisations(reason=REASON)
    turn = Window(RowNumber(), partition_by=F("organisation_id"), order_by=F("sync_at").asc())
    ranked = (
        _awake(rows.filter(wanted, removed_at=None)).annotate(turn=turn).filter(turn__lte=AN_ORGANISATION)
    )
    keys = list(ranked.order_by("turn").values_list("pk", flat=True)[:AT_ONCE])
    return rows.filter(wanted, pk__in=keys).select_for_update(skip_locked=True).order_by("pk")


def _awake(rows: QuerySet[Source]) -> QuerySet[Source]:
    for holder in knowledge_holders:
        if holder.resting is None:
            continue
        resting = holder.resting()
        shares = SharedSource.objects.across_organisations(reason=REASON).exclude(source_set__in=resting)
        rows = rows.filter(~Q(source_set__in=resting) | Exists(shares.filter(source=OuterRef("pk"))))
    return rows


def _resume(source: Source) -> None:
    if source.look_attempts >= MAX_ATTEMPTS:
        give_up(source)
        return
    source.look, source.look_until = "", timezone.now() + QUEUED + timedelta(seconds=1)
    source.save(update_fields=["look", "look_until"])
    send_look(organisation_id=source.organisation_id, source_id=source.public_id)
