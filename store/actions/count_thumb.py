"""Count what somebody thinks of an answer, on the day and for the version of the answer."""

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import F
from django.db.models.functions import Greatest

from assistants.building.models import Version
from kernel.tenancy import across_organisations
from store.counting.days import add_to_days
from store.counting.notes import note
from store.counting.own import is_own
from store.models import Listing, ListingDay

REASON = "whoever rates an answer is of another organisation than its creator"
COLUMNS = {"up": "helpful", "down": "unhelpful"}


def count_thumb(*, organisation_id: int, payload: dict[str, Any], event_id: int) -> None:
    """Count a thumb once an event; one that was changed or taken back is taken off the same day.

    Args:
        payload: of the event `answer.rated`.
    """
    with across_organisations(reason=REASON, durable=True):
        listing = _listing(payload["publication"])
        if listing is None or is_own(listing, organisation_id=organisation_id, user_id=payload["user"]):
            return
        if not note(f"thumb:{event_id}"):
            return
        day, version = date.fromisoformat(payload["day"]), _version(listing, payload["version"])
        if column := COLUMNS.get(payload["now"]):
            with connection.cursor() as cursor:
                add_to_days(cursor, {(listing.pk, day, version): {column: 1}})
        if column := COLUMNS.get(payload["before"]):
            rows = ListingDay.objects.for_organisation(listing.organisation_id)
            rows.filter(listing=listing, day=day, version_number=version).update(
                **{column: Greatest(F(column) - 1, 0)}
            )


def _listing(publication_id: str) -> Listing | None:
    rows = Listing.objects.across_organisations(reason=REASON)
    found: Listing | None = rows.filter(publication__public_id=publication_id).first()
    return found


def _version(listing: Listing, version_id: str) -> int:
    rows = Version.objects.for_organisation(listing.organisation_id).filter(public_id=version_id)
    return rows.values_list("number", flat=True).first() or listing.version_number
