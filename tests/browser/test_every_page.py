"""Every page with the demo's content, in both themes, both languages, wide and narrow: axe finds nothing."""

import subprocess
import sys
import time
from urllib.request import urlopen

import orjson
import pytest

from assistants.building.models import Assistant
from kernel.tenancy import across_organisations
from tests.browser.looking import look, sign_in, watch
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
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/nothing/here",
)
SIGNED_IN = (
    "/",
    f"/a/{SLUG}",
    "/directory/",
    "/chats/",
    "/build/",
    "/build/bin",
    "/build/{assistant}/configure",
    "/build/{assistant}/knowledge",
    "/build/{assistant}/versions",
    "/build/{assistant}/publish",
    "/organisation/",
    "/organisation/members/",
    "/organisation/invitations/",
    "/organisation/roles/",
    "/organisation/keys/",
    "/organisation/keys/new",
    "/organisation/audit/",
    "/organisation/settings/",
    "/organisations/new",
    "/usage/",
    "/account/",
)


@pytest.fixture
def demo(site: Site) -> str:
    """The id of a demo assistant that is in the store."""
    for command in (["sync_models"], ["load_demo", "--only", SLUG]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=site.environment, check=True)
    deadline = time.monotonic() + 60
    while not orjson.loads(urlopen(f"{site.url}/api/v1/store/listings").read())["results"]:
        assert time.monotonic() < deadline, site.log("worker")
        time.sleep(0.3)
    with across_organisations(reason="test"):
        found = Assistant.objects.across_organisations(reason="test").get(publication__slug=SLUG)
    return str(found.public_id)


@pytest.mark.parametrize(
    "options", [WIDE_AND_LIGHT, NARROW_AND_DARK], ids=["wide light", "narrow dark Chinese"]
)
def test_nothing_is_out_of_reach(demo: str, new_context: NewContext, options: dict[str, object]) -> None:
    stranger = new_context(**options).new_page()
    for path in STRANGERS:
        stranger.goto(path)
        look(stranger)
    creator = new_context(**options).new_page()
    sign_in(creator, "creator@bottega.local")
    problems = watch(creator)
    for path in SIGNED_IN:
        creator.goto(path.format(assistant=demo))
        look(creator)
    assert problems == []
