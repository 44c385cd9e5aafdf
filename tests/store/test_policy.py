"""What an organisation's policy says about publishing holds for listings as well."""

import pytest

from assistants.building.opening import LinksForbidden, pending_opening
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actions.decide_approval import decide_approval
from organisations.actions.set_policy import set_policy
from organisations.actions.withdraw_approval import withdraw_approval
from organisations.actors import Actor
from organisations.models import Approval
from organisations.permissions import Role
from organisations.policy_rules import PolicyForbids
from store.actions.submit_listing import submit_listing
from store.actions.update_listing import update_listing
from store.fields import ListingFields
from store.models import Listing
from store.queries import access_listing, directory_listings, store_listings, visible_listing
from tests.factories.organisations import add_member, make_user
from tests.factories.store import make_listing
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
ASKS = {"publishing": {"store_approval": True}}


@pytest.fixture
def second(alice: Actor) -> Actor:
    """Another publisher."""
    return add_member(alice.organisation, make_user("emil@example.org"), Role.PUBLISHER)


def present(actor: Actor, listing: Listing) -> Listing:
    with tenant_scope(actor.organisation):
        return access_listing(actor, listing.public_id)


def request_of(actor: Actor, listing: Listing) -> Approval:
    with tenant_scope(actor.organisation):
        assistant = listing.publication.assistant_public_id
        found = pending_opening(actor.organisation, assistant)
    assert found is not None
    return found


def in_store(actor: Actor) -> list[str]:
    with tenant_scope(actor.organisation):
        return [row.name for row in store_listings()]


def test_submitting_waits_until_somebody_else_agrees(
    alice: Actor, second: Actor, charlie: Actor, run_jobs: RunJobs
) -> None:
    set_policy(actor=alice, document=ASKS)
    listing = make_listing(alice, "Ada")
    run_jobs()
    assert present(alice, listing).state == Listing.State.SUBMITTED
    assert in_store(charlie) == []
    decide_approval(actor=second, approval_id=request_of(alice, listing).public_id, approve=True)
    run_jobs()
    assert present(alice, listing).state == Listing.State.LIVE
    assert in_store(charlie) == ["Ada"]


def test_a_refusal_gives_the_listing_back(alice: Actor, second: Actor, run_jobs: RunJobs) -> None:
    set_policy(actor=alice, document=ASKS)
    listing = make_listing(alice, "Ada")
    request = request_of(alice, listing)
    decide_approval(actor=second, approval_id=request.public_id, approve=False, reason="Too thin")
    run_jobs()
    assert present(alice, listing).state == Listing.State.CHANGES_REQUESTED


def test_so_does_withdrawing(alice: Actor, run_jobs: RunJobs) -> None:
    set_policy(actor=alice, document=ASKS)
    listing = make_listing(alice, "Ada")
    withdraw_approval(actor=alice, approval_id=request_of(alice, listing).public_id)
    run_jobs()
    assert present(alice, listing).state == Listing.State.DRAFT


def test_over_rest_submitting_answers_with_the_request(alice: Actor) -> None:
    set_policy(actor=alice, document=ASKS)
    listing = make_listing(alice, "Ada", live=False)
    answer = api_client_for(alice).post(f"/api/v1/listings/{listing.public_id}/submit")
    assert (answer.status_code, answer.json()["approval"]["id"]) == (
        202,
        request_of(alice, listing).public_id,
    )


def test_widening_a_live_listing_is_no_way_around(
    alice: Actor, second: Actor, charlie: Actor, run_jobs: RunJobs
) -> None:
    listing = make_listing(alice, "Ada", visibility="organisation")
    run_jobs()
    set_policy(actor=alice, document=ASKS)
    answer = api_client_for(alice).patch(
        f"/api/v1/listings/{listing.public_id}", {"visibility": "public", "tagline": "New words"}
    )
    run_jobs()
    assert (answer.status_code, answer.json()["approval"]["state"]) == (202, "pending")
    shown = present(alice, listing)
    assert (shown.visibility, shown.state, shown.tagline) == ("organisation", "live", "New words")
    assert in_store(charlie) == []
    decide_approval(actor=second, approval_id=request_of(alice, listing).public_id, approve=True)
    run_jobs()
    assert in_store(charlie) == ["Ada"]


def test_on_the_builders_page_it_says_that_it_waits(alice: Actor) -> None:
    set_policy(actor=alice, document=ASKS)
    listing = make_listing(alice, "Ada", live=False)
    assistant = present(alice, listing).publication.assistant_public_id
    typed = {"visibility": "public", "tagline": "Says it", "category": "work", "wish": "submit"}
    path = f"/store/panel/{assistant}/save"
    from django.urls import reverse

    path = reverse("store:listing_save", args=[assistant])
    page = client_for(alice).post(path, typed).content.decode()
    assert "waits for somebody else&#x27;s approval" in page or "waits for somebody else's approval" in page
    assert "It is live in the store." not in page


def test_roles_that_are_left_out_do_not_list(alice: Actor, second: Actor) -> None:
    listing = make_listing(second, "Ada", live=False)
    set_policy(actor=alice, document={"publishing": {"store": {"roles": ["owner"]}}})
    with pytest.raises(PolicyForbids):
        submit_listing(actor=second, listing_id=listing.public_id)
    answer = api_client_for(second).post(f"/api/v1/listings/{listing.public_id}/submit")
    assert (answer.status_code, answer.json()["code"]) == (403, "policy_forbids")


def test_a_link_is_not_made_where_links_are_off(alice: Actor) -> None:
    listing = make_listing(alice, "Ada", visibility="organisation")
    set_policy(actor=alice, document={"publishing": {"links": False}})
    with pytest.raises(LinksForbidden):
        update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(visibility="link"))


def test_the_page_behind_a_link_ends_with_it(alice: Actor, bob: Actor, charlie: Actor) -> None:
    listing = make_listing(alice, "Ada", visibility="link")
    slug = present(alice, listing).publication.slug
    assert client_for(charlie).get(f"/a/{slug}").status_code == 200
    set_policy(actor=alice, document={"publishing": {"links": False}})
    assert client_for(charlie).get(f"/a/{slug}").status_code == 404
    with tenant_scope(charlie.organisation), pytest.raises(NotFound):
        visible_listing(charlie, slug)
    with tenant_scope(bob.organisation):
        assert not directory_listings(bob.organisation).exists()
