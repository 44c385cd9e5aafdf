"""The demo: laid out once, published when its knowledge can be searched."""

import pytest
from django.test import override_settings

from accounts.models import User
from kernel.tenancy import across_organisations, tenant_scope
from organisations.queries import anonymous_actor, memberships_of
from store.demo.content import DEMO_ASSISTANTS, FILES, MEMBER, NAMES
from store.demo.load import DemoRefused, load_demo
from store.demo.opinions import READERS
from store.models import Install, Listing
from store.queries import store_listings

pytestmark = pytest.mark.django_db(transaction=True)


def in_store():
    nobody = anonymous_actor()
    with tenant_scope(nobody.organisation):
        return {row.name for row in store_listings()}


def test_it_is_published_and_pinned_and_a_second_time_does_nothing(run_jobs):
    some = ("first-fortnight", "bread-bench", "chazhuo")
    assert load_demo(only=some) == 3
    run_jobs()
    assert in_store() == {"Bread Bench", "茶桌"}
    assert load_demo(only=some) == 0
    assert set(User.objects.values_list("email", flat=True)) == set(NAMES) | {
        email for email in READERS if not email.startswith("ines")
    }
    assert pins_of(User.objects.get(email=MEMBER)) == {"first-fortnight", "bread-bench"}
    with across_organisations(reason="test"):
        placed = Listing.unscoped.exclude(department=None).values_list("name", "department__name")
        assert list(placed) == [("First Fortnight", "People")]


def pins_of(person):
    found = set()
    for membership in memberships_of(person):
        with tenant_scope(membership.organisation):
            rows = Install.objects.for_organisation(membership.organisation).filter(user=person)
            found |= set(rows.values_list("slug", flat=True))
    return found


def test_a_production_server_never_gets_it():
    with override_settings(PRODUCTION=True), pytest.raises(DemoRefused):
        load_demo()


def test_every_assistant_has_files_starters_and_both_languages_are_there():
    for demo in DEMO_ASSISTANTS:
        assert demo.files and all(path.is_file() for path in demo.files)
        assert len(demo.starters) >= 3 and len(demo.tagline) <= 120
    assert {path.suffix for path in FILES.iterdir()} >= {".md", ".html", ".txt", ".pdf", ".docx"}
    assert {demo.language for demo in DEMO_ASSISTANTS} == {"en", "zh-hans"}
