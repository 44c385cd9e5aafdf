"""Every page with the demo's content, in both themes, both languages, wide and narrow: axe finds nothing.

They are many, so `make test` looks at each page once, at every other one wide and light and at those between narrow, dark and in
Chinese; `make test-full` at all of them both ways.
"""

import os
import subprocess
import sys
import time
from urllib.request import urlopen

import orjson
import pytest

from assistants.building.models import Assistant
from assistants.knowledge.queries import source_rows
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_custom_role import create_custom_role
from organisations.actions.create_group import create_group
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import Permission
from tests.actions.test_calling import PATHS
from tests.browser.looking import look, sign_in, watch
from tests.factories.actions import document_of, make_action
from tests.factories.organisations import make_actor
from tests.fixtures.live import ROOT, NewContext, Site

pytestmark = pytest.mark.browser
SLUG = "wood-library"
WIDE_AND_LIGHT = {"viewport": {"width": 1440, "height": 1000}, "color_scheme": "light", "locale": "en-US"}
NARROW_AND_DARK = {"viewport": {"width": 360, "height": 780}, "color_scheme": "dark", "locale": "zh-CN"}
STRANGERS = (
    "/",
    "/store/search?search=wood",
    "/store/category/craft",
    f"/a/{SLUG}",
    f"/a/{SLUG}/disclosure",
    f"/a/{SLUG}/try",
    "/takedown",
    "/pool",
    f"/a/{SLUG}/reviews",
    "/creators/harbour-and-pine",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nothing/here",
)
SIGNED_IN = (
    "/",
    f"/a/{SLUG}",
    f"/a/{SLUG}/report",
    "/store/insights/",
    "/store/insights/{assistant}",
    "/store/for-you",
    f"/a/{SLUG}/feedback",
    "/following/",
    "/directory/",
    "/directory/departments",
    "/directory/required",
    "/directory/allowed",
    "/directory/waiting",
    "/directory/store",
    "/library",
    "/chats/",
    "/build/",
    "/build/bin",
    "/build/{assistant}/configure",
    "/build/{assistant}/compare",
    "/build/{assistant}/tests",
    "/build/{assistant}/knowledge",
    "/build/{assistant}/knowledge?type=text&sort=name",
    "/build/{assistant}/knowledge/connect",
    "/build/{assistant}/knowledge/connect?origin=github",
    "/build/{assistant}/knowledge/sources/{source}",
    "/build/{assistant}/knowledge/try?query=wood&both=1",
    "/build/{assistant}/actions",
    "/build/{assistant}/actions/new",
    "/build/{assistant}/actions/new?category=built_in",
    "/build/{assistant}/actions/new?from=zapier",
    "/build/{assistant}/actions/new?from=document",
    "/build/{assistant}/actions/new?from=url",
    "/build/{assistant}/actions/new?from=mcp",
    "/build/{assistant}/actions/new?from=write",
    "/build/{assistant}/actions/{action}",
    "/build/{assistant}/actions/{action}?text=task&risk=reads",
    "/build/{assistant}/actions/{action}/try",
    "/build/{assistant}/actions/{action}/auth",
    "/build/{assistant}/actions/{action}/document",
    "/build/{assistant}/actions/{action}/settings",
    "/build/{assistant}/versions",
    "/build/{assistant}/publish",
    "/build/{assistant}/feedback",
    "/build/{assistant}/share",
    "/build/{assistant}/share?find=a",
    "/organisation/",
    "/organisation/members/",
    "/organisation/invitations/",
    "/organisation/invitations/many",
    "/organisation/groups/",
    "/organisation/groups/{group}",
    "/organisation/groups/{group}?find=a",
    "/organisation/roles/",
    "/organisation/roles/new",
    "/organisation/roles/{role}",
    "/organisation/policy/",
    "/organisation/approvals/",
    "/organisation/service-accounts/",
    "/organisation/service-accounts/new",
    "/organisation/keys/",
    "/organisation/keys/new",
    "/organisation/audit/",
    "/organisation/calls/",
    "/organisation/databases/",
    "/organisation/databases/new",
    "/organisation/connectors/",
    "/organisation/connectors/slack",
    "/organisation/web-search/",
    "/organisation/creator/",
    "/organisation/settings/",
    "/organisations/new",
    "/usage/",
    "/billing/budgets/",
    "/billing/statements/",
    "/purchases/",
    "/billing/wallet/",
    "/billing/plans/",
    f"/purchases/of/{SLUG}",
    "/earnings/",
    "/earnings/?period=year",
    "/earnings/transactions",
    "/earnings/payouts/",
    "/earnings/payouts/account",
    "/earnings/refunds",
    "/account/",
    "/account/security",
    "/account/notifications/",
    "/connections/",
    "/calls/",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/sessions/",
    "/notifications/",
)


@pytest.fixture
def demo(site: Site) -> dict[str, str]:
    """The ids of a demo assistant that is in the store, and of a group and a role of its organisation."""
    for command in (["sync_models"], ["load_demo", "--only", SLUG]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=site.environment, check=True)
    deadline = time.monotonic() + 60
    while not orjson.loads(urlopen(f"{site.url}/api/v1/store/listings").read())["results"]:
        assert time.monotonic() < deadline, site.log("worker")
        time.sleep(0.3)
    with across_organisations(reason="test"):
        found = (
            Assistant.objects.across_organisations(reason="test")
            .select_related("organisation", "created_by")
            .get(publication__slug=SLUG)
        )
        creator = found.created_by
    actor = make_actor(creator, found.organisation)
    group = create_group(actor=actor, name="Workshop", description="Those at the bench")
    role = create_custom_role(actor=actor, name="Auditor", permissions=[Permission.VIEW_AUDIT])
    add_to_group(actor=actor, group_id=group.public_id, membership_ids=[_membership_id(actor)])
    with tenant_scope(found.organisation):
        source = source_rows(found.source_set).earliest("pk")
    action = make_action(actor, found, document_of("https://tasks.example.com", PATHS), ["listTasks"])
    return {
        "assistant": found.public_id,
        "action": action.public_id,
        "group": group.public_id,
        "role": role.public_id,
        "source": source.public_id,
    }


def _membership_id(actor: Actor) -> str:
    with tenant_scope(actor.organisation):
        found = Membership.objects.for_organisation(actor.organisation).get(pk=actor.membership_id)
    return str(found.public_id)


@pytest.mark.parametrize(
    "options", [WIDE_AND_LIGHT, NARROW_AND_DARK], ids=["wide light", "narrow dark Chinese"]
)
def test_nothing_is_out_of_reach(
    demo: dict[str, str], new_context: NewContext, options: dict[str, object]
) -> None:
    first = 0 if options is WIDE_AND_LIGHT else 1
    step = 1 if os.environ.get("BOTTEGA_LARGE") == "1" else 2
    stranger = new_context(**options).new_page()
    for path in STRANGERS[first % step :: step]:
        stranger.goto(path)
        look(stranger)
    creator = new_context(**options).new_page()
    sign_in(creator, "creator@bottega.local")
    problems = watch(creator)
    for path in SIGNED_IN[first % step :: step]:
        creator.goto(path.format(**demo))
        look(creator)
    moderator = new_context(**options).new_page()
    sign_in(moderator, "staff@bottega.local")
    for path in ("/moderation/", "/moderation/next")[first % step :: step]:
        moderator.goto(path)
        look(moderator)
    assert problems == []
