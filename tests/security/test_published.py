"""Attacks on streams, withdrawn publications and drafts, on a running server; Charlie attacks with his own owner's key."""

import pytest

from assistants.building.actions.publish import publish
from assistants.building.actions.unpublish import unpublish
from assistants.building.actions.update_draft import update_draft
from assistants.knowledge.actions.parse_document import parse_document
from assistants.knowledge.models import Document
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant, make_source, present_publication
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for
from tests.security.test_tenancy import API, CANARY, refused

pytestmark = pytest.mark.django_db(transaction=True)


def test_6_7_foreign_streams(
    live_app: LiveApp, model_server: ModelServer, alice: Actor, charlie: Actor
) -> None:
    assistant = make_published(alice)
    conversation = make_conversation(alice, assistant)
    own = live_app.client(api_key_for(alice))
    model_server.answer("A quiet answer.")
    path = f"{API}/conversations/{conversation.public_id}/messages"
    turn = own.post(path, json={"text": "Hello"}).json()["turn"]
    turn_id = turn["id"] if isinstance(turn, dict) else turn
    other = live_app.client(api_key_for(charlie))
    refused(other.get(f"{API}/turns/{turn_id}"))
    refused(other.get(f"{API}/turns/{turn_id}/events"))
    refused(other.post(f"{API}/turns/{turn_id}/stop"))


def test_18_what_was_published_by_link_ends_when_it_is_withdrawn(
    live_app: LiveApp, alice: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    assistant = make_published(alice, visibility="link")
    slug = present_publication(alice, assistant).slug
    other = live_app.client(api_key_for(charlie))
    model_server.answer("While it is there.")
    body = {"model": slug, "messages": [{"role": "user", "content": "?"}]}
    assert other.post("/v1/chat/completions", json=body).status_code == 200
    unpublish(actor=alice, assistant_id=assistant.public_id)
    assert other.post("/v1/chat/completions", json=body).status_code in (404, 410)


def test_22_draft_and_old_versions_of_what_is_public(
    live_app: LiveApp, model_server: ModelServer, alice: Actor, charlie: Actor
) -> None:
    client = live_app.client(api_key_for(charlie))
    made = make_published(alice, visibility="public")
    patch = {"instructions": {"text": CANARY}, "profile": {"tagline": "Second words"}}
    update_draft(actor=alice, assistant_id=made.public_id, patch=patch)
    path = f"{API}/assistants/{made.public_id}"
    for tail in ("", "/draft", "/versions", "/versions/1", "/sources"):
        refused(client.get(path + tail))
    refused(client.post(f"{path}/preview", json={"text": "?"}), 404)
    refused(client.post(f"{path}/duplicate"))
    publish(actor=alice, assistant_id=made.public_id, note="Two")
    slug = present_publication(alice, made).slug
    shown = client.get(f"/a/{slug}")
    assert CANARY not in shown.text


def test_17_a_task_with_the_wrong_organisation_does_nothing(alice: Actor, charlie: Actor) -> None:
    document = make_source(alice, make_assistant(alice), state="uploaded", searchable=False)
    parse_document(organisation_id=charlie.organisation.pk, document_id=document.public_id)
    assert _state(alice, document) == "uploaded"
    parse_document(organisation_id=alice.organisation.pk, document_id=document.public_id)
    assert _state(alice, document) != "uploaded"  # so that the above can fail


def _state(actor: Actor, document: Document) -> str:
    with tenant_scope(actor.organisation):
        document.refresh_from_db()
    return str(document.state)
