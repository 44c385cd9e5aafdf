"""A conversation goes on with the version that it began with, unless somebody says otherwise."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from assistants.building.actions.end_rollout import roll_back_rollout
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.set_rollout import set_rollout
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant, Publication
from assistants.chat.actions.switch_version import switch_version
from assistants.chat.models import Conversation
from assistants.turns.models import Turn
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.chat import make_conversation, make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def api(live_app: LiveApp, model_server: ModelServer, alice: Actor) -> Iterator[httpx2.Client]:
    with live_app.client(api_key_for(alice)) as client:
        yield client


def publish_next(actor: Actor, assistant: Assistant, role: str = "Newer.", **more: Any) -> None:
    update_draft(actor=actor, assistant_id=assistant.public_id, patch={"instructions": {"role": role}})
    publish_version(actor=actor, assistant_id=assistant.public_id, **more)


def ask(api: httpx2.Client, conversation: Conversation) -> int | None:
    """Which version answered."""
    url = f"/api/v1/conversations/{conversation.public_id}"
    answer = api.post(f"{url}/messages", json={"text": "When?"})
    assert answer.status_code == 200, answer.text
    return api.get(url).json()["version"]  # type: ignore[no-any-return]


def answered_by(actor: Actor) -> list[str]:
    with tenant_scope(actor.organisation):
        return list(
            Turn.objects.for_organisation(actor.organisation)
            .order_by("id")
            .values_list("version_id", flat=True)
        )


def test_it_keeps_its_version_after_a_new_one_went_live(api: httpx2.Client, alice: Actor) -> None:
    assistant = make_published(alice)
    conversation = make_conversation(alice, assistant)
    publish_next(alice, assistant)
    assert [ask(api, conversation), ask(api, make_conversation(alice, assistant))] == [1, 2]
    assert len(set(answered_by(alice))) == 2


def test_the_page_offers_the_newer_version_and_switching_takes_it(api: httpx2.Client, alice: Actor) -> None:
    assistant = make_published(alice)
    conversation = make_conversation(alice, assistant)
    browser = client_for(alice)
    page = f"/chats/{conversation.public_id}"
    assert "A newer version is there" not in browser.get(page).content.decode()
    publish_next(alice, assistant)
    assert "A newer version is there" in browser.get(page).content.decode()
    assert api.get(f"/api/v1/conversations/{conversation.public_id}").json()["other_version"] == 2
    browser.post(f"{page}/version")
    assert "A newer version is there" not in browser.get(page).content.decode()
    assert ask(api, conversation) == 2


def test_over_rest_it_switches_too(api: httpx2.Client, alice: Actor) -> None:
    assistant = make_published(alice)
    conversation = make_conversation(alice, assistant)
    publish_next(alice, assistant)
    answer = api.post(f"/api/v1/conversations/{conversation.public_id}/version")
    assert (answer.status_code, answer.json()["version"]) == (200, 2)


def test_nobody_switches_anothers_conversation(alice: Actor, bob: Actor) -> None:
    conversation = make_conversation(alice, make_published(alice, model="bottega/quote"))
    with pytest.raises(NotFound):
        switch_version(actor=bob, conversation_id=conversation.public_id)


def test_the_publisher_may_move_running_conversations(api: httpx2.Client, alice: Actor) -> None:
    assistant = make_published(alice)
    conversation = make_conversation(alice, assistant)
    publish_next(alice, assistant, moves_conversations=True)
    assert ask(api, conversation) == 2
    # From then on it keeps that one, once the moment of moving is over.
    with tenant_scope(alice.organisation):
        rows = Publication.objects.for_organisation(alice.organisation)
        rows.update(conversations_moved_at=conversation.created_at)
    publish_next(alice, assistant, "Newest.")
    assert ask(api, conversation) == 2


def test_a_candidate_that_was_rolled_back_lets_its_conversations_go(api: httpx2.Client, alice: Actor) -> None:
    assistant = make_published(alice)
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"instructions": {"role": "Tried."}})
    set_rollout(actor=alice, assistant_id=assistant.public_id, version=None, share=99)
    conversation = make_conversation(alice, assistant)
    with tenant_scope(alice.organisation):
        Conversation.objects.for_organisation(alice.organisation).filter(pk=conversation.pk).update(
            version_id=Publication.objects.for_organisation(alice.organisation).get().candidate.public_id,
            version_number=2,
        )
    assert ask(api, conversation) == 2
    roll_back_rollout(actor=alice, assistant_id=assistant.public_id)
    assert ask(api, conversation) == 1


def test_a_conversation_of_a_suspended_assistant_stops_with_its_version_too(
    api: httpx2.Client, alice: Actor
) -> None:
    assistant = make_published(alice)
    conversation = make_conversation(alice, assistant)
    publish_next(alice, assistant)
    with tenant_scope(alice.organisation):
        Publication.objects.for_organisation(alice.organisation).update(state="suspended")
    url = f"/api/v1/conversations/{conversation.public_id}/messages"
    assert api.post(url, json={"text": "When?"}).status_code == 410


def test_a_conversation_from_before_versions_were_kept_takes_the_live_one(
    api: httpx2.Client, alice: Actor
) -> None:
    assistant = make_published(alice)
    conversation = make_conversation(alice, assistant)
    with tenant_scope(alice.organisation):
        rows = Conversation.objects.for_organisation(alice.organisation)
        rows.update(version_id="", version_number=None, version_since=None)
    publish_next(alice, assistant)
    assert ask(api, conversation) == 2


def test_the_v1_api_answers_with_the_live_version(api: httpx2.Client, alice: Actor) -> None:
    assistant = make_published(alice)
    publish_next(alice, assistant)
    body = {"model": assistant.public_id, "messages": [{"role": "user", "content": "When?"}]}
    assert api.post("/v1/chat/completions", json=body).status_code == 200
    with tenant_scope(alice.organisation):
        publication = Publication.objects.for_organisation(alice.organisation).get()
        assert answered_by(alice) == [publication.live_version.public_id]
