"""Some weeks of counts for the demo's public listings, as if they had been found and used: made by a rule, the same every time."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b

from kernel.tenancy import tenant_scope
from store.models import Listing, ListingDay
from store.trending import trend_after

DAYS = 60
# How many cards are shown on a day; what follows is a part of it.
SHOWN = {"wood-library": 160, "plain-words": 130, "chazhuo": 110, "lunwen-daodu": 90}
SHOWN_OTHERS = 60
SATURDAY = 5


def lay_out_counts(listing: Listing, slug: str) -> None:
    """Add the days of a listing that has none, and let its chats and its trend follow from them."""
    today = datetime.now(UTC).date()
    days = [_day(listing, slug, today - timedelta(days=ago), ago) for ago in range(DAYS - 1, -1, -1)]
    with tenant_scope(listing.organisation_id, durable=True):
        rows = ListingDay.objects.for_organisation(listing.organisation_id)
        if rows.filter(listing=listing, opens__gt=0).exists():
            return
        ListingDay.objects.bulk_create(days, ignore_conflicts=True)
        trend = 0.0
        for day in days:
            noon = datetime.combine(day.day, time(12), tzinfo=UTC)
            trend = trend_after(trend, noon, day.people) if day.people else trend
        listings = Listing.objects.for_organisation(listing.organisation_id).filter(pk=listing.pk)
        listings.update(conversations=sum(day.conversations for day in days), trend=trend)


def _day(listing: Listing, slug: str, day: date, ago: int) -> ListingDay:
    chance = blake2b(f"{slug} {ago}".encode(), digest_size=4).digest()
    # More towards today, fewer at weekends, and no day like another.
    weekend = 0.6 if day.weekday() >= SATURDAY else 1.0
    shown = round(
        SHOWN.get(slug, SHOWN_OTHERS) * (1.3 - 0.75 * ago / DAYS) * weekend * (0.75 + chance[0] / 512)
    )
    opens = round(shown * (0.16 + chance[1] / 2560))
    chats = round(opens * (0.38 + chance[2] / 1280))
    people = round(chats * 0.8)
    turns = round(chats * (2.6 + chance[3] / 256))
    return ListingDay(
        organisation_id=listing.organisation_id,
        listing=listing,
        day=day,
        version_number=listing.version_number,
        impressions=shown,
        opens=opens,
        conversations=chats,
        turns=turns,
        people=people,
        returns=round(people * 0.3),
        installs=round(chats * 0.2),
        uninstalls=int(chance[0] > 200),
        helpful=round(turns * 0.16),
        unhelpful=round(turns * 0.02),
        refused=round(turns * 0.07),
        failed=int(chance[1] > 230),
        timed=turns,
        milliseconds=turns * (700 + 4 * chance[2]),
    )
