"""Tell the organisations whose people follow, pinned or used something what is new about it, a batch at a time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from kernel.actions import assert_in_action
from kernel.outbox import publish_event
from kernel.tenancy import across_organisations
from organisations.models import Organisation
from store.disclosing.widening import TOLD
from store.models import Follow, Install, Listing, Telling, Use

WHY = "those who follow, pinned or used it are in organisations of their own"
LISTED, WIDENED = "creator.listed", "creator.widened"
BATCH = 200
# What was begun so lately is under way elsewhere.
PATIENCE = timedelta(minutes=2)


def begin_telling(listing: Listing, kind: str, payload: dict[str, Any], *, widening_id: int = 0) -> Telling:
    """Write down news that all whom it concerns are told of, in the open scope of the listing's organisation; once each.

    Args:
        kind: of the event that they get: LISTED, WIDENED or TOLD.
    """
    assert_in_action()
    made: Telling
    made, _is_new = Telling.objects.for_organisation(listing.organisation_id).get_or_create(
        organisation_id=listing.organisation_id,
        listing=listing,
        kind=kind,
        widening_id=widening_id,
        defaults={"payload": payload},
    )
    return made


def tell(telling_id: int) -> int:
    """Tell everybody whom news concerns; returns how many organisations were told now.

    A batch and how far it reached are one transaction: whoever goes on after a crash tells nobody twice.
    """
    told = 0
    while (batch := _tell_some(telling_id)) is not None:
        told += batch
    return told


def go_on_telling() -> int:
    """Go on with the news that a crash kept from some; returns how many organisations were told now."""
    with across_organisations(reason=WHY):
        rows = Telling.objects.across_organisations(reason=WHY).filter(
            done_at=None, started_at__lt=timezone.now() - PATIENCE
        )
        left = list(rows.order_by("started_at").values_list("pk", flat=True)[:BATCH])
    return sum(tell(key) for key in left)


def _tell_some(telling_id: int) -> int | None:
    """Tell the next organisations; None where nobody is left."""
    with across_organisations(reason=WHY, durable=True):
        rows = Telling.objects.across_organisations(reason=WHY).filter(pk=telling_id, done_at=None)
        telling: Telling | None = rows.select_for_update(of=("self",)).select_related("listing").first()
        if telling is None:
            return None
        keys = sorted(
            {key for one in _CONCERNED[telling.kind](telling) for key in _next(one, telling.reached)}
        )
        for organisation in Organisation.objects.filter(pk__in=keys[:BATCH]).order_by("pk"):
            publish_event(organisation, telling.kind, telling.payload)
        if keys:
            telling.reached = keys[:BATCH][-1]
        else:
            telling.done_at = timezone.now()
        telling.save(update_fields=["reached", "done_at"])
        return len(keys[:BATCH]) if keys else None


def _next(rows: QuerySet[Any], reached: int) -> list[int]:
    after = rows.filter(organisation_id__gt=reached).order_by("organisation_id")
    return list(after.values_list("organisation_id", flat=True).distinct()[:BATCH])


def _followers(telling: Telling) -> list[QuerySet[Any]]:
    follows = Follow.objects.across_organisations(reason=WHY)
    return [follows.filter(creator_id=telling.payload["creator"])]


def _users(telling: Telling) -> list[QuerySet[Any]]:
    pins = Install.objects.across_organisations(reason=WHY)
    uses = Use.objects.across_organisations(reason=WHY)
    return [
        pins.filter(listing_id=telling.payload["listing"]),
        uses.filter(publication_id=telling.payload["publication"]),
    ]


_CONCERNED: dict[str, Callable[[Telling], list[QuerySet[Any]]]] = {
    LISTED: _followers,
    WIDENED: _followers,
    TOLD: _users,
}
