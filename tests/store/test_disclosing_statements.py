"""Words that contradict the facts stop publishing, wherever it is tried."""

import pytest

from assistants.actions.actions.update_action import update_action
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.update_draft import update_draft
from assistants.building.freezing import NotReadyToPublish
from kernel.tenancy import tenant_scope
from store.actions.submit_listing import submit_listing
from store.actions.unpublish_listing import unpublish_listing
from store.actions.update_listing import update_listing
from store.disclosing.statements import WordsContradictFacts, contradictions
from store.fields import ListingFields
from store.queries import access_listing
from tests.actions.test_calling import PATHS
from tests.factories.actions import document_of, make_action
from tests.factories.store import make_listing
from tests.fixtures.people import api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "api.tasks.example"


def calling_outside(actor, assistant, url=f"https://{HOST}"):
    """Let an assistant's draft call an outside host."""
    action = make_action(actor, assistant, document_of(url, PATHS))
    update_action(
        actor=actor,
        assistant_id=assistant.public_id,
        action_id=action.public_id,
        privacy_policy_url=f"https://{HOST}/privacy",
    )
    return action


def test_a_listing_that_promises_too_much_is_not_submitted(alice):
    listing = make_listing(alice, statements="We never store your data.", live=False)
    with pytest.raises(WordsContradictFacts) as refused:
        submit_listing(actor=alice, listing_id=listing.public_id)
    assert "We never store your data" in str(refused.value)
    assert refused.value.errors[0].field == "statements"
    with tenant_scope(alice.organisation):
        assert access_listing(alice, listing.public_id).state == "draft"


def test_words_that_are_so_are_submitted(alice):
    listing = make_listing(alice, statements="None of your data leaves this server.")
    assert listing.is_live
    with tenant_scope(alice.organisation):
        assert contradictions(access_listing(alice, listing.public_id)) == []


def test_a_live_page_cannot_begin_to_promise_too_much(alice):
    listing = make_listing(alice)
    with pytest.raises(WordsContradictFacts):
        update_listing(
            actor=alice, listing_id=listing.public_id, fields=ListingFields(description="No logs.")
        )


def test_nor_can_one_that_comes_back_without_being_submitted(alice):
    listing = make_listing(alice)
    unpublish_listing(actor=alice, listing_id=listing.public_id)
    with pytest.raises(WordsContradictFacts):
        update_listing(
            actor=alice, listing_id=listing.public_id, fields=ListingFields(description="No logs.")
        )


def test_a_version_that_would_break_what_its_page_promises_is_not_published(alice):
    listing = make_listing(alice, statements="None of your data leaves this server.")
    assistant = listing.publication.assistant
    calling_outside(alice, assistant)
    with pytest.raises(NotReadyToPublish) as refused:
        publish_version(actor=alice, assistant_id=assistant.public_id, note="Tasks")
    assert HOST in str(refused.value) and "None of your data leaves" in str(refused.value)
    update_listing(actor=alice, listing_id=listing.public_id, fields=ListingFields(statements=""))
    publish_version(actor=alice, assistant_id=assistant.public_id, note="Tasks")


def test_a_new_sentence_of_the_draft_counts_too(alice):
    assistant = make_listing(alice).publication.assistant
    update_draft(
        actor=alice,
        assistant_id=assistant.public_id,
        patch={"profile": {"tagline": "Zero data retention, promised"}},
    )
    with pytest.raises(NotReadyToPublish):
        publish_version(actor=alice, assistant_id=assistant.public_id, note="Two")


def test_the_api_names_the_field_and_the_words(alice, client):
    listing = make_listing(alice, statements="No logs.", live=False)
    response = client.post(
        f"/api/v1/listings/{listing.public_id}/submit",
        headers={"Authorization": f"Bearer {api_key_for(alice)}"},
    )
    problem = response.json()
    assert (response.status_code, problem["code"]) == (409, "statements_contradict")
    assert problem["errors"][0]["field"] == "statements"


def test_the_panel_says_it_and_keeps_what_was_typed(alice):
    assistant = make_listing(alice, live=False).publication.assistant
    fields = {
        "visibility": "public",
        "category": "work",
        "tagline": "Drafts replies",
        "statements": "We never store your data. Ask us.",
        "wish": "submit",
    }
    page = client_for(alice).post(f"/store/panel/{assistant.public_id}/save", fields).content.decode()
    assert "We never store your data. Ask us." in page and "Chats are kept on this server" in page
