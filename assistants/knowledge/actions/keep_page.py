"""What becomes of one address of a website that was visited."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from assistants.knowledge.actions.look_at_page import take_answer
from assistants.knowledge.crawling.addresses import host_of
from assistants.knowledge.crawling.standing import (
    SiteNow,
    children_of,
    drop_page,
    left_out,
    note_addresses,
    page_at,
)
from assistants.knowledge.fetching import Answer
from assistants.knowledge.files import StoredFile
from assistants.knowledge.looking import Look
from assistants.knowledge.models import SiteAddress, Source, SourceAudience
from kernel.actions import assert_in_action

MISSES = 2  # in a row, then a page is removed


@dataclass(frozen=True, slots=True)
class Visited:
    """What came of a visit.

    Attributes:
        arrived: where redirects led. canonical: the address that the page says it has, within the bounds.
        stored: its content; None where nothing has changed, or where it is not to be kept.
        kept: whether it belongs to the knowledge.
    """

    arrived: str
    canonical: str
    links: Sequence[str]
    answer: Answer
    stored: StoredFile | None
    kept: bool


def keep_page(look: Look, site: SiteNow, address: SiteAddress, visited: Visited) -> None:
    """Keep what was found at an address, note where it leads, and strike the address off, in the open transaction.

    Raises:
        LeaseLost: somebody else looks by now.
    """
    assert_in_action()
    source = look.load()
    strike_off(address)
    _note_host(source, site)
    if visited.arrived != address.address and not _first_there(source, visited.arrived, address.depth):
        _drop(page_at(source, address.address))
        return
    _note_links(source, site, address, visited)
    page = page_at(source, visited.arrived)
    if not visited.kept:
        _drop(page)
    elif not left_out(page) and not (visited.stored and _twin(source, visited)):
        page = page or _new_page(source, site, address, visited)
        if page is not None:
            _take(page, visited)


def miss_page(look: Look, address: SiteAddress, code: str, *, counts: bool) -> None:
    """Tell that there was nothing at an address; the second time in a row its page is removed from the draft.

    Args:
        code: why, as a failure's code. counts: whether it is gone, and not only out of reach.
    """
    assert_in_action()
    source = look.load()
    strike_off(address)
    page = page_at(source, address.address)
    if page is None or page.removed_at is not None:
        return
    page.sync_error, page.synced_at = code, timezone.now()
    page.missed = page.missed + 1 if counts else page.missed
    page.save(update_fields=["sync_error", "synced_at", "missed"])
    if page.missed >= MISSES:
        drop_page(page)


def strike_off(address: SiteAddress) -> None:
    """An address was visited."""
    address.done = True
    address.save(update_fields=["done"])


def _note_host(source: Source, site: SiteNow) -> None:
    """The start may lead to another host of the same site, which is then followed too: the next slice has to know."""
    beside = sorted(site.bounds.hosts - {host_of(site.start)})
    if beside and source.settings.get("_host") != beside[0]:
        source.settings = {**source.settings, "_host": beside[0]}
        source.save(update_fields=["settings"])


def _first_there(source: Source, arrived: str, depth: int) -> bool:
    """Whether nobody has come to the address that a redirect led to; it is struck off too."""
    rows = SiteAddress.objects.for_organisation(source.organisation_id)
    row, made = rows.get_or_create(
        source=source, address=arrived, organisation_id=source.organisation_id, defaults={"depth": depth}
    )
    first = made or not row.done
    strike_off(row)
    return first


def _note_links(source: Source, site: SiteNow, address: SiteAddress, visited: Visited) -> None:
    places: dict[str, int] = {}
    if visited.canonical != visited.arrived:
        places[visited.canonical] = address.depth
    if address.depth < site.bounds.depth:
        places |= {link: address.depth + 1 for link in visited.links if site.bounds.hold(link)}
    note_addresses(source, places, most=site.most)


def _twin(source: Source, visited: Visited) -> bool:
    """Whether another page of the site says just the same."""
    assert visited.stored is not None
    others = children_of(source).exclude(url=visited.arrived)
    return others.filter(document__sha256=visited.stored.sha256).exists()


def _new_page(source: Source, site: SiteNow, address: SiteAddress, visited: Visited) -> Source | None:
    """A page that was not known; None where the site holds as many as it may."""
    if visited.stored is None or children_of(source).count() >= site.bounds.pages:
        return None
    page: Source = Source.objects.create(
        organisation_id=source.organisation_id,
        source_set_id=source.source_set_id,
        parent=source,
        type=Source.Type.URL,
        name=visited.stored.name,
        url=visited.arrived,
        settings={"_depth": address.depth},
        tags=source.tags,
        showing=source.showing,
        restricted=source.restricted,
    )
    audience = SourceAudience.objects.for_organisation(source.organisation_id)
    groups = audience.filter(source=source).values_list("group_id", flat=True)
    audience.bulk_create(
        SourceAudience(organisation_id=source.organisation_id, source=page, group_id=group)
        for group in groups
    )
    return page


def _take(page: Source, visited: Visited) -> None:
    take_answer(page, visited.answer, visited.stored)
    page.removed_at, page.missed, page.failures, page.sync_error = None, 0, 0, ""
    page.synced_at = timezone.now()
    page.settings = {name: value for name, value in page.settings.items() if name != "_dropped"}
    page.save(update_fields=["removed_at", "missed", "failures", "sync_error", "synced_at", "settings"])


def _drop(page: Source | None) -> None:
    if page is not None:
        drop_page(page)
