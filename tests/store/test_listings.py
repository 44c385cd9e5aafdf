"""Listings: begun, submitted, changed, withdrawn; and who sees what."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.set_publication import set_publication
from assistants.building.actions.unpublish import NothingPublished, unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.building.opening import EmailNotVerified
from assistants.building.plans import plan_for_publication
from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.permissions import Role
from organisations.queries import anonymous_actor
from store.actions.create_listing import ListedAlready, create_listing
from store.actions.submit_listing import TaglineMissing, submit_listing
from store.actions.unpublish_listing import unpublish_listing
from store.actions.update_listing import update_listing
from store.fields import ListingFields
from store.models import Listing
from store.queries import access_listing, directory_listings, store_listings, visible_listing
from tests.factories.organisations import add_member, make_organisation
from tests.factories.store import make_listing, make_published
from tests.fixtures.people import client_for, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def in_store(actor):
    with tenant_scope(actor.organisation):
        return [row.name for row in store_listings()]


def in_directory(actor):
    with tenant_scope(actor.organisation):
        return [row.name for row in directory_listings(actor.organisation)]


def sees_page(actor, slug):
    with tenant_scope(actor.organisation):
        try:
            return visible_listing(actor, slug).publication.slug == slug
        except NotFound:
            return False


@pytest.mark.parametrize(
    ("visibility", "colleague", "outsider", "stranger", "listed", "directory"),
    [
        ("private", False, False, False, False, False),
        ("organisation", True, False, False, False, True),
        ("link", True, True, True, False, True),
        ("public", True, True, True, True, True),
    ],
)
def test_who_sees_a_live_listing(
    alice, bob, charlie, visibility, colleague, outsider, stranger, listed, directory
):
    slug = make_listing(alice, "Reply Desk", visibility=visibility).publication.slug
    nobody = anonymous_actor()
    assert [sees_page(actor, slug) for actor in (alice, bob, charlie, nobody)] == [
        True,
        colleague,
        outsider,
        stranger,
    ]
    assert [bool(in_store(actor)) for actor in (alice, charlie, nobody)] == [listed] * 3
    assert [bool(in_directory(actor)) for actor in (bob, charlie)] == [directory, False]


def test_nothing_is_open_before_it_is_submitted(alice, charlie):
    listing = make_listing(alice, "Reply Desk", live=False)
    assert listing.state == "draft"
    assert not in_store(charlie) and not in_directory(alice)
    with tenant_scope(charlie.organisation), pytest.raises(NotFound):
        plan_for_publication(charlie, listing.publication.slug)


def test_unpublishing_works_at_once(alice, charlie):
    listing = make_listing(alice, "Reply Desk")
    slug = listing.publication.slug
    with tenant_scope(charlie.organisation):
        plan_for_publication(charlie, slug)
    unpublish_listing(actor=alice, listing_id=listing.public_id)
    assert not in_store(charlie) and not sees_page(charlie, slug)
    with tenant_scope(charlie.organisation), pytest.raises(NotFound):
        plan_for_publication(charlie, slug)


def test_withdrawing_in_the_builder_hides_the_listing_before_any_job_runs(alice, charlie):
    listing = make_listing(alice, "Reply Desk")
    unpublish(actor=alice, assistant_id=listing.publication.assistant.public_id)
    assert not in_store(charlie) and not sees_page(charlie, listing.publication.slug)


def test_the_listing_follows_its_publication_down_and_up_again(alice, run_jobs):
    listing = make_listing(alice, "Reply Desk")
    assistant = listing.publication.assistant.public_id
    unpublish(actor=alice, assistant_id=assistant)
    run_jobs()
    with tenant_scope(alice.organisation):
        assert access_listing(alice, listing.public_id).state == "unpublished"
    set_publication(actor=alice, assistant_id=assistant, visibility="organisation")
    run_jobs()
    with tenant_scope(alice.organisation):
        again = access_listing(alice, listing.public_id)
    assert (again.state, again.visibility) == ("live", "organisation")


def test_what_is_opened_in_the_builder_gets_a_listing(alice, charlie, run_jobs):
    assistant = make_published(alice, "Reply Desk")
    set_publication(actor=alice, assistant_id=assistant.public_id, visibility="public")
    run_jobs()
    assert in_store(charlie) == ["Reply Desk"]


def test_a_new_version_refreshes_the_listing(alice, charlie, run_jobs):
    listing = make_listing(alice, "Reply Desk")
    assistant = listing.publication.assistant.public_id
    update_draft(actor=alice, assistant_id=assistant, patch={"profile": {"name": "Answer Desk"}})
    publish_version(actor=alice, assistant_id=assistant, note="For us", changes="Knows parcels")
    run_jobs()
    with tenant_scope(charlie.organisation):
        fresh = visible_listing(charlie, listing.publication.slug)
    assert (fresh.name, fresh.version_number, fresh.version_note) == ("Answer Desk", 2, "Knows parcels")


def test_a_live_listing_changes_at_once(alice, charlie):
    listing = make_listing(alice, "Reply Desk")
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(visibility="organisation"))
    assert not in_store(charlie) and not sees_page(charlie, listing.publication.slug)


def test_an_assistant_without_a_version_cannot_be_listed(alice):
    assistant = create_assistant(actor=alice, name="Reply Desk")
    with pytest.raises(NothingPublished):
        create_listing(actor=alice, assistant_id=assistant.public_id, fields=ListingFields())


def test_an_assistant_has_one_listing(alice):
    listing = make_listing(alice)
    with pytest.raises(ListedAlready):
        create_listing(
            actor=alice, assistant_id=listing.publication.assistant.public_id, fields=ListingFields()
        )


def test_the_public_store_needs_a_confirmed_address_and_nothing_else_does():
    new = make_organisation(make_user("new@example.org", verified=False))
    listing = make_listing(new, live=False)
    with pytest.raises(EmailNotVerified):
        submit_listing(actor=new, listing_id=listing.public_id)
    assert make_listing(new, visibility="organisation").is_live


def test_the_public_store_needs_a_sentence(alice):
    listing = make_listing(alice, tagline="", live=False)
    with pytest.raises(TaglineMissing):
        submit_listing(actor=alice, listing_id=listing.public_id)


def test_members_and_builders_may_not_list(alice, bob):
    listing = make_listing(alice, live=False)
    builder = add_member(alice.organisation, make_user("dora@example.org"), Role.BUILDER)
    for actor in (bob, builder):
        with pytest.raises(PermissionDenied):
            submit_listing(actor=actor, listing_id=listing.public_id)


def test_a_foreign_and_a_missing_listing_answer_alike(alice, charlie):
    listing = make_listing(alice)
    for listing_id in (listing.public_id, "lst_missing"):
        with pytest.raises(NotFound):
            update_listing(actor=charlie, listing_id=listing_id, fields=ListingFields(tagline="Mine"))
    with tenant_scope(alice.organisation):
        assert Listing.objects.for_organisation(alice.organisation).get().tagline == "Says what it knows"


def test_the_panel_publishes_and_withdraws(alice, charlie):
    assistant = make_published(alice, "Reply Desk")
    browser, path = client_for(alice), f"/store/panel/{assistant.public_id}"
    assert "Publish to them" in browser.get(path).content.decode()
    fields = {"visibility": "public", "category": "work", "tagline": "Drafts replies", "wish": "submit"}
    assert "live in the store" in browser.post(f"{path}/save", fields).content.decode()
    assert in_store(charlie) == ["Reply Desk"]
    assert (
        "withdrawn"
        in browser.post(f"{path}/save", {"visibility": "nonsense", "wish": "unpublish"}).content.decode()
    )
    assert not in_store(charlie)


def test_the_panel_says_what_is_wrong_with_a_field(alice):
    assistant = make_published(alice)
    fields = {
        "visibility": "public",
        "category": "work",
        "privacy_policy_url": "javascript:alert(1)",
        "wish": "submit",
    }
    page = client_for(alice).post(f"/store/panel/{assistant.public_id}/save", fields)
    assert "id_privacy_policy_url_error" in page.content.decode()


def test_the_panel_of_a_foreign_assistant_is_not_found(alice, charlie):
    assistant = make_published(alice)
    assert client_for(charlie).get(f"/store/panel/{assistant.public_id}").status_code == 404


def test_of_two_who_list_it_at_once_one_is_told_that_it_is_listed(alice):
    assistant = make_published(alice)
    begin = Barrier(4)

    def put():
        begin.wait()
        try:
            return create_listing(
                actor=alice, assistant_id=assistant.public_id, fields=ListingFields(visibility="public")
            ).state
        except ListedAlready as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        said = [one.result() for one in [threads.submit(put) for _ in range(4)]]
    assert sorted(said) == ["draft", *["listed_already"] * 3]
