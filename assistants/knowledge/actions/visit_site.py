"""Follow a website, a page at a time."""

import time

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from assistants.knowledge.actions.keep_page import Visited, keep_page, miss_page, strike_off
from assistants.knowledge.actions.look_at_page import GONE, known_of
from assistants.knowledge.actions.request_look import send_look
from assistants.knowledge.crawling.addresses import bounds_of, host_of, normalised, path_of
from assistants.knowledge.crawling.lists import is_list, listed_addresses, robots_of
from assistants.knowledge.crawling.pages import PageSigns, read_signs
from assistants.knowledge.crawling.robots import Robots
from assistants.knowledge.crawling.standing import (
    SiteNow,
    children_of,
    drop_page,
    left_out,
    next_address,
    note_addresses,
    page_at,
)
from assistants.knowledge.fetching import NOTHING_KNOWN, Answer, PageGone, fetch, store_answer
from assistants.knowledge.files import StoredFile, local_copy
from assistants.knowledge.formats import PAGE
from assistants.knowledge.looking import LOOK, Look
from assistants.knowledge.models import SiteAddress, Source
from assistants.knowledge.parsing.blocks import ParsingFailed
from kernel.tenancy import tenant_scope
from organisations.policy import policy_of

SLICE_SECONDS = 20.0  # then other work has its turn
TRIES = 2


def visit_site(look: Look) -> None:
    """Follow a website as far as its bounds and a slice of time let; what is left is queued.

    What is known is asked for what is newer, what is new becomes a source below the site's, and what was gone twice in a
    row is removed. After a crash it goes on with the addresses that are left.

    Raises:
        ParsingFailed: the site's start, or its robots.txt, cannot be fetched.
        LeaseLost: somebody else looks by now.
    """
    site = _site(look)
    robots = robots_of(site.start, policy=site.policy)
    if not site.begun:
        _begin(look, site, robots)
    pause, started = max(robots.delay, settings.CRAWL_PAUSE_SECONDS), time.monotonic()
    while (address := _next(look)) is not None:
        _visit(look, site, robots, address)
        if time.monotonic() + pause - started > SLICE_SECONDS:
            _queue_rest(look)
            return
        time.sleep(pause)
    _end(look, site)


def _site(look: Look) -> SiteNow:
    with tenant_scope(look.organisation_id, durable=True):
        source = look.load()
        begun = SiteAddress.objects.for_organisation(look.organisation_id).filter(source=source).exists()
        return SiteNow(
            source.pk,
            source.url,
            source.organisation.public_id,
            policy_of(look.organisation_id),
            bounds_of(source.url, source.settings),
            begun,
        )


def _begin(look: Look, site: SiteNow, robots: Robots) -> None:
    """Note where to go: the start, the pages that are here, and those that the site lists."""
    listed = listed_addresses(site.start, robots, policy=site.policy) if site.bounds.sitemap else []
    with tenant_scope(look.organisation_id, durable=True):
        source = look.load()
        for child in children_of(source):
            if not site.bounds.hold(child.url):
                drop_page(child)
        places = {} if is_list(site.start) else {site.start: 0}
        places |= {child.url: int(child.settings.get("_depth", 0)) for child in children_of(source)}
        places = {address: 0 for address in listed if site.bounds.hold(address)} | places
        note_addresses(source, places, most=site.most + len(places))


def _next(look: Look) -> SiteAddress | None:
    """The next address, and one try less for it."""
    with tenant_scope(look.organisation_id, durable=True):
        look.update(look_until=timezone.now() + LOOK, look_attempts=0)
        address = next_address(look.load(), tries=TRIES)
        if address is not None:
            SiteAddress.objects.for_organisation(look.organisation_id).filter(pk=address.pk).update(
                tries=F("tries") + 1
            )
        return address


def _visit(look: Look, site: SiteNow, robots: Robots, address: SiteAddress) -> None:
    is_start = address.address == site.start
    with tenant_scope(look.organisation_id, durable=True):
        page = page_at(look.load(), address.address)
        if left_out(page):
            strike_off(address)
            return
    if not robots.allow(path_of(address.address)):
        if is_start:
            raise ParsingFailed("robots_forbidden")
        _miss(look, address, "robots_forbidden", counts=True)
        return
    is_here = page is not None and page.removed_at is None
    try:
        known = known_of(page) if page is not None and is_here else NOTHING_KNOWN
        answer = fetch(address.address, policy=site.policy, known=known)
        visited = _visited(site, address, answer, page)
    except ParsingFailed as failure:
        if is_start and not is_here:
            raise
        gone = isinstance(failure, PageGone)
        _miss(look, address, GONE if gone else failure.code, counts=gone)
        return
    with tenant_scope(look.organisation_id, durable=True):
        keep_page(look, site, address, visited)


def _visited(site: SiteNow, address: SiteAddress, answer: Answer, page: Source | None) -> Visited:
    """What came of a page: its content in storage, and where it leads."""
    arrived = normalised(answer.url) or address.address
    if address.address == site.start and host_of(arrived) not in site.bounds.hosts:
        site.bounds = site.bounds.at(host_of(arrived))
    signs = _signs(answer, arrived, page)
    canonical = signs.canonical if signs.canonical and site.bounds.hold(signs.canonical) else arrived
    kept = signs.kept and site.bounds.hold(arrived) and canonical == arrived
    stored: StoredFile | None = None
    if kept and answer.body is not None:
        stored = store_answer(
            answer,
            name=arrived.partition("://")[2].rstrip("/")[:255],
            organisation_id=site.organisation_id,
            policy=site.policy,
        )
    return Visited(arrived, canonical, signs.links, answer, stored, kept)


def _signs(answer: Answer, arrived: str, page: Source | None) -> PageSigns:
    if answer.body is not None:
        is_page = "html" in answer.content_type.lower()
        return read_signs(answer.body, arrived, answer.headers) if is_page else PageSigns()
    document = page.document if page is not None else None
    if document is None or document.format != PAGE.name:
        return PageSigns()
    try:  # unchanged: it leads where it led
        with local_copy(document.storage_key) as path:
            return read_signs(path.read_bytes(), arrived, answer.headers)
    except FileNotFoundError:
        return PageSigns()


def _miss(look: Look, address: SiteAddress, code: str, *, counts: bool) -> None:
    with tenant_scope(look.organisation_id, durable=True):
        miss_page(look, address, code, counts=counts)


def _queue_rest(look: Look) -> None:
    with tenant_scope(look.organisation_id, durable=True):
        source = look.load()
        look.update(look="", look_until=timezone.now() + LOOK)
        send_look(organisation_id=look.organisation_id, source_id=source.public_id)


def _end(look: Look, site: SiteNow) -> None:
    with tenant_scope(look.organisation_id, durable=True):
        source = look.load()
        SiteAddress.objects.for_organisation(look.organisation_id).filter(source=source).delete()
        look.end(error="" if children_of(source).exists() else "site_empty")
