"""How far the following of a website has come: reads and notes inside the open scope."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import F, QuerySet
from django.utils import timezone

from assistants.knowledge.crawling.addresses import Bounds
from assistants.knowledge.models import SiteAddress, Source
from organisations.policy import PolicyDocument

SPARE = 10  # addresses that are noted for each page that may be kept: many lead nowhere


@dataclass(slots=True)
class SiteNow:
    """A website as one slice of work sees it.

    Attributes:
        organisation_id: public id. begun: whether there are addresses already.
        bounds: change where the start leads to another host.
    """

    source_id: int
    start: str
    organisation_id: str
    policy: PolicyDocument
    bounds: Bounds
    begun: bool

    @property
    def most(self) -> int:
        """How many addresses are noted at most."""
        return self.bounds.pages * SPARE


def children_of(source: Source) -> QuerySet[Source]:
    """The pages of a website that are not removed, with their documents."""
    rows = Source.objects.for_organisation(source.organisation_id)
    return rows.filter(parent=source, removed_at=None).select_related("document", "organisation")


def page_at(source: Source, address: str) -> Source | None:
    """The page of a website with this address, removed or not; the present one where there are both."""
    rows = Source.objects.for_organisation(source.organisation_id).filter(parent=source, url=address)
    present_first = F("removed_at").desc(nulls_first=True)
    found: Source | None = (
        rows.select_related("document", "organisation").order_by(present_first, "-pk").first()
    )
    return found


def left_out(page: Source | None) -> bool:
    """Whether somebody took a page out by hand, so that it stays out."""
    return page is not None and page.removed_at is not None and not page.settings.get("_dropped")


def drop_page(page: Source) -> None:
    """Remove a page from the draft because its site no longer has it for us; it comes back should the site have it again."""
    if page.removed_at is None:
        page.removed_at = timezone.now()
        page.settings = {**page.settings, "_dropped": True}
        page.save(update_fields=["removed_at", "settings"])


def note_addresses(source: Source, places: Mapping[str, int], *, most: int) -> None:
    """Note addresses with their depths, as far as there is room; those that are known already stay as they are."""
    rows = SiteAddress.objects.for_organisation(source.organisation_id).filter(source=source)
    room = max(0, most - rows.count())
    rows.bulk_create(
        [
            SiteAddress(organisation_id=source.organisation_id, source=source, address=address, depth=depth)
            for address, depth in list(places.items())[:room]
        ],
        ignore_conflicts=True,
        batch_size=500,
    )


def next_address(source: Source, *, tries: int) -> SiteAddress | None:
    """The next address to visit: the nearest to the start first. What was begun too often is passed over."""
    rows = SiteAddress.objects.for_organisation(source.organisation_id)
    waiting = rows.filter(source=source, done=False, tries__lt=tries)
    found: SiteAddress | None = waiting.order_by("depth", "pk").first()
    return found


def progress_of(source: Source) -> tuple[int, int]:
    """How many addresses of a website were visited, and how many are known."""
    rows = SiteAddress.objects.for_organisation(source.organisation_id).filter(source=source)
    return rows.filter(done=True).count(), rows.count()
