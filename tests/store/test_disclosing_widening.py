"""A disclosure that grows: only with a new version, told to those who rely on it, shown until it was read."""

import pytest

from assistants.building.actions.publish_version import publish_version
from assistants.building.models import Version
from events.models import Notification
from kernel.tenancy import across_organisations, tenant_scope
from store.actions.install_listing import install_listing
from store.models import Widening
from tests.factories.store import make_listing
from tests.fixtures.people import client_for
from tests.store.test_disclosing_statements import HOST, calling_outside

pytestmark = pytest.mark.django_db(transaction=True)


def widen(actor, listing):
    """Publish a version that calls a host which no version before it called."""
    assistant = listing.publication.assistant
    calling_outside(actor, assistant)
    return publish_version(actor=actor, assistant_id=assistant.public_id, note="Tasks", changes="Keeps tasks")


def told(user):
    with across_organisations(reason="everybody's notifications"):
        rows = Notification.objects.across_organisations(reason="look").filter(user=user, kind="pin_widened")
        return list(rows.select_related("organisation"))


def test_those_who_pinned_it_are_told_once_and_others_are_not(alice, bob, charlie, run_jobs):
    listing = make_listing(alice, "Reply Desk")
    install_listing(actor=charlie, reference="reply-desk")
    widen(alice, listing)
    run_jobs()
    (notice,) = told(charlie.user)
    assert notice.organisation == charlie.organisation
    assert notice.url == "/a/reply-desk"
    assert HOST in notice.body[1]["subject"]
    assert told(bob.user) == []
    run_jobs()
    assert len(told(charlie.user)) == 1


def test_a_version_that_does_no_more_tells_nobody(alice, charlie, run_jobs):
    listing = make_listing(alice, "Reply Desk")
    install_listing(actor=charlie, reference="reply-desk")
    publish_version(actor=alice, assistant_id=listing.publication.assistant.public_id, note="Kinder")
    run_jobs()
    assert told(charlie.user) == []
    with tenant_scope(alice.organisation):
        assert not Widening.objects.for_organisation(alice.organisation).exists()


def test_changing_the_draft_changes_nothing_that_people_were_told(alice, client, run_jobs):
    listing = make_listing(alice, "Reply Desk")
    calling_outside(alice, listing.publication.assistant)
    run_jobs()
    assert HOST not in client.get("/a/reply-desk").content.decode()
    with tenant_scope(alice.organisation):
        assert Version.objects.for_organisation(alice.organisation).count() == 1


def test_the_page_says_what_is_new_until_it_was_read(alice, charlie, client, run_jobs):
    listing = make_listing(alice, "Reply Desk")
    browser = client_for(charlie)
    install_listing(actor=charlie, reference="reply-desk")
    assert "does more with your data" not in browser.get("/a/reply-desk").content.decode()
    widen(alice, listing)
    run_jobs()
    page = browser.get("/a/reply-desk").content.decode()
    assert "does more with your data" in page and f"It now calls {HOST}" in page
    browser.post("/a/reply-desk/seen")
    page = browser.get("/a/reply-desk").content.decode()
    assert "does more with your data" not in page
    assert f"It now calls {HOST}" in page  # the change log keeps it
    assert "does more with your data" not in client.get("/a/reply-desk").content.decode()


def test_a_stranger_has_nothing_to_read_away(alice, client):
    make_listing(alice, "Reply Desk")
    assert client.post("/a/reply-desk/seen").status_code == 302
