"""Share links: what they show, what they open, and how they end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.building.plans import plan_for_publication
from assistants.chat.actions.start_conversation import start_conversation
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.policy_cache import forget_policies
from store.actions.collect_listing import collect_listing
from store.actions.create_collection import create_collection
from store.actions.create_share_link import LinkNeedsApproval, create_share_link
from store.actions.revoke_share_link import revoke_share_link
from store.actions.take_pass import take_pass
from store.library.links import ShareLinkEnded, digest_of
from store.models import ShareLink
from tests.factories.store import make_listing, make_published
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def secret_of(address: str) -> str:
    return address.rpartition("/")[2]


def row_of(actor: Actor) -> ShareLink:
    with tenant_scope(actor.organisation):
        return ShareLink.objects.for_organisation(actor.organisation).get()


def test_a_collection_shows_each_viewer_what_they_may_see(alice: Actor, client, run_jobs: RunJobs) -> None:
    make_listing(alice, "Ada")
    make_listing(alice, "Inner", visibility="organisation")
    collection = create_collection(actor=alice, name="For you")
    for slug in ("ada", "inner"):
        collect_listing(actor=alice, collection_id=collection.public_id, listing=slug)
    path = f"/share/{secret_of(create_share_link(actor=alice, collection=collection.public_id).address)}"
    seen = client.get(path)
    page = seen.content.decode()
    assert "For you" in page and "Ada" in page and "Inner" not in page and "one more" in page
    assert seen["Referrer-Policy"] == "no-referrer" and "noindex" in seen["X-Robots-Tag"]
    assert "Inner" in client_for(alice).get(path).content.decode()
    run_jobs()
    assert row_of(alice).opened == 2


def test_a_link_opens_a_private_assistant_to_whoever_is_signed_in_until_it_is_taken_back(
    alice: Actor, charlie: Actor, client
) -> None:
    assistant = make_published(alice, "Ada")
    made = create_share_link(actor=alice, assistant=assistant.public_id, days=7)
    secret = secret_of(made.address)
    with pytest.raises(NotFound):
        plan_for_publication(charlie, "ada")
    assert "Sign in to chat" in client.get(f"/share/{secret}").content.decode()
    assert "/accounts/login/" in client.post(f"/share/{secret}/use").url
    assert "Start chat" in client_for(charlie).get(f"/share/{secret}").content.decode()
    answer = client_for(charlie).post(f"/share/{secret}/use")
    assert answer.status_code == 302 and "/chats/" in answer.url
    assert "Ada" in client_for(charlie).get(answer.url).content.decode()
    assert plan_for_publication(charlie, "ada").assistant_name == "Ada"
    revoke_share_link(actor=alice, link_id=made.link.public_id)
    with pytest.raises(NotFound):
        plan_for_publication(charlie, "ada")
    with pytest.raises(ShareLinkEnded):
        take_pass(actor=charlie, secret=secret)


def test_it_ends_on_its_day(alice: Actor, charlie: Actor) -> None:
    made = create_share_link(actor=alice, assistant=make_published(alice, "Ada").public_id)
    take_pass(actor=charlie, secret=secret_of(made.address))
    assert start_conversation(actor=charlie, reference="ada")
    with tenant_scope(alice.organisation):
        past = timezone.now() - timedelta(seconds=1)
        ShareLink.objects.for_organisation(alice.organisation).update(expires_at=past)
    with pytest.raises(NotFound):
        plan_for_publication(charlie, "ada")


def test_only_a_hash_is_kept_and_it_says_who_made_it_until_when_and_how_often_it_was_opened(
    alice: Actor, charlie: Actor, run_jobs: RunJobs
) -> None:
    made = create_share_link(actor=alice, assistant=make_published(alice, "Ada").public_id)
    secret = secret_of(made.address)
    for _time in range(2):  # the same person once
        take_pass(actor=charlie, secret=secret)
    run_jobs()
    row = row_of(alice)
    assert row.digest == digest_of(secret) and row.opened == 1
    told = api_client_for(alice).get("/api/v1/share-links").json()["results"][0]
    assert told["made_by"] == "Alice Moss" and told["opened"] == 1 and "url" not in told
    assert "Made by Alice Moss" in client_for(alice).get("/library").content.decode()


def test_only_those_who_may_publish_make_one_and_the_policy_holds(alice: Actor, bob: Actor) -> None:
    assistant = make_published(alice, "Ada").public_id
    with pytest.raises(PermissionDenied):
        create_share_link(actor=bob, assistant=assistant)
    with pytest.raises(InvalidInput):
        create_share_link(actor=alice, assistant=assistant, days=0)
    with pytest.raises(InvalidInput):
        create_share_link(actor=alice)
    patch_policy(actor=alice, patch={"publishing": {"directory_approval": True}})
    with pytest.raises(LinkNeedsApproval):
        create_share_link(actor=alice, assistant=assistant)


def test_an_organisation_that_ends_links_ends_passes(alice: Actor, charlie: Actor) -> None:
    made = create_share_link(actor=alice, assistant=make_published(alice, "Ada").public_id)
    take_pass(actor=charlie, secret=secret_of(made.address))
    patch_policy(actor=alice, patch={"publishing": {"links": False}})
    forget_policies()
    with pytest.raises(NotFound):
        plan_for_publication(charlie, "ada")


def test_a_link_of_others_cannot_be_taken_back_and_look_ups_are_limited(
    alice: Actor, charlie: Actor, client
) -> None:
    made = create_share_link(actor=alice, assistant=make_published(alice, "Ada").public_id)
    with pytest.raises(NotFound):
        revoke_share_link(actor=charlie, link_id=made.link.public_id)
    codes = {client.get(f"/share/guess{number}").status_code for number in range(32)}
    assert codes == {410, 429}
