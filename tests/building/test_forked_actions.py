"""A fork takes over what its original's actions can do, and never a credential."""

from typing import Any

import pytest

from assistants.actions.actions.add_action import add_action
from assistants.actions.actions.reimport_action import reimport_action
from assistants.actions.actions.update_action import update_action
from assistants.actions.fetching import reading_of_offer
from assistants.actions.models import Action
from assistants.actions.queries import actions_of
from assistants.actions.reading import reading_of_document
from assistants.building.actions.fork_assistant import fork_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.set_forkable import set_forkable
from assistants.building.actions.update_draft import update_draft
from assistants.building.forking import left_to_do
from assistants.building.models import Assistant
from assistants.connections.auth_settings import read_settings
from assistants.connections.models import AuthProfile, Connection
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from store.actions.create_listing import create_listing
from store.fields import ListingFields
from tests.actions.test_calling import PATHS
from tests.actions.test_portability import offer
from tests.factories.actions import document_of
from tests.factories.building import make_assistant, present_draft
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
HOST = "tasks.example.com"
KEY = "canary-key-1234567"
DOCUMENT = document_of(f"https://{HOST}", PATHS)


def teller(alice: Actor, auth: dict[str, Any] | None = None) -> tuple[Assistant, Action]:
    """A public assistant that others may begin from, with one of two operations on."""
    made = make_assistant(alice, "Teller")
    settings = read_settings(auth) if auth else None
    action = add_action(
        actor=alice, assistant_id=made.public_id, reading=reading_of_document(DOCUMENT), auth=settings
    )
    where = {"assistant_id": made.public_id, "action_id": action.public_id}
    update_action(actor=alice, **where, privacy_policy_url=f"https://{HOST}/privacy")
    uses = [{"id": action.public_id, "operations": ["listTasks"]}]
    update_draft(actor=alice, assistant_id=made.public_id, patch={"actions": uses})
    opened(alice, made)
    return made, action


def opened(alice: Actor, assistant: Assistant) -> None:
    # Something of each person's account is sent outside: everybody may use it once there is a privacy policy.
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation", slug="teller")
    words = {"visibility": "public", "privacy_policy_url": f"https://{HOST}/privacy"}
    create_listing(actor=alice, assistant_id=assistant.public_id, fields=ListingFields(**words))
    publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
    set_forkable(actor=alice, assistant_id=assistant.public_id, allowed=True)


def actions(actor: Actor, assistant: Assistant) -> list[Action]:
    with tenant_scope(actor.organisation):
        return list(actions_of(actor.organisation, assistant.public_id).defer(None))


def said(actor: Actor, assistant: Assistant) -> list[str]:
    with tenant_scope(actor.organisation):
        return left_to_do(actor, assistant)


def test_it_has_the_same_action_with_the_same_operations_on(alice: Actor, charlie: Actor) -> None:
    _original, action = teller(alice)
    fork = fork_assistant(actor=charlie, reference="teller")
    (copy,) = actions(charlie, fork)
    assert copy.public_id != action.public_id and copy.organisation_id == charlie.organisation.pk
    assert (copy.name, copy.host, copy.revision.document) == ("Tasks", HOST, DOCUMENT.decode())
    assert copy.privacy_policy_url == f"https://{HOST}/privacy"
    assert present_draft(charlie, fork)["actions"] == [{"id": copy.public_id, "operations": ["listTasks"]}]
    assert said(charlie, fork) == []


def test_keys_stay_and_what_has_to_be_connected_is_said(alice: Actor, charlie: Actor) -> None:
    teller(alice, {"kind": "api_key", "owner": "organisation", "key": KEY})
    fork = fork_assistant(actor=charlie, reference="teller")
    (copy,) = actions(charlie, fork)
    assert copy.profile is None and copy.revision.suggested_auth["kind"] == "api_key"
    with tenant_scope(charlie.organisation):
        for model in (AuthProfile, Connection):
            assert not model.objects.for_organisation(charlie.organisation).exists()
    assert said(charlie, fork) == ["Tasks has to be connected: say under Actions how its calls are signed."]


def test_the_client_at_a_sign_in_service_stays_too(alice: Actor, charlie: Actor) -> None:
    oauth = {
        "authorization_url": f"https://{HOST}/authorize",
        "token_url": f"https://{HOST}/token",
        "client_id": "client-of-alice",
        "scopes": ["read"],
    }
    teller(alice, {"kind": "oauth2", "owner": "user", "oauth": oauth, "client_secret": KEY})
    fork = fork_assistant(actor=charlie, reference="teller")
    (copy,) = actions(charlie, fork)
    suggested = copy.revision.suggested_auth
    assert suggested["oauth"]["token_url"] == oauth["token_url"]
    assert "client-of-alice" not in str(suggested) and KEY not in str(suggested)


def test_what_the_forks_policy_forbids_is_there_and_off(alice: Actor, charlie: Actor) -> None:
    teller(alice)
    set_policy(actor=charlie, document={"hosts": {"blocked": [HOST]}})
    fork = fork_assistant(actor=charlie, reference="teller")
    assert len(actions(charlie, fork)) == 1
    assert present_draft(charlie, fork)["actions"] == []
    (sentence,) = said(charlie, fork)
    assert "Tasks is off" in sentence and HOST in sentence


def test_who_may_add_no_actions_takes_none(alice: Actor, charlie: Actor) -> None:
    teller(alice)
    set_policy(actor=charlie, document={"building": {"actions": {"roles": ["admin"]}}})
    fork = fork_assistant(actor=charlie, reference="teller")
    assert actions(charlie, fork) == []
    assert said(charlie, fork) == ["Tasks stays with its creator. Add it under Actions if you need it."]


def test_it_is_what_the_live_version_says_whatever_changed_since(alice: Actor, charlie: Actor) -> None:
    original, action = teller(alice)
    changed = document_of("https://other.example.com", PATHS)
    reimport_action(
        actor=alice,
        assistant_id=original.public_id,
        action_id=action.public_id,
        reading=reading_of_document(changed),
    )
    fork = fork_assistant(actor=charlie, reference="teller")
    (copy,) = actions(charlie, fork)
    assert (copy.host, copy.revision.document) == (HOST, DOCUMENT.decode())


def test_an_address_that_may_be_a_key_stays_with_its_creator(alice: Actor, charlie: Actor) -> None:
    made = make_assistant(alice, "Teller")
    reading = reading_of_offer(offer(), f"https://mcp.example.com/mcp?key={KEY}", name="Tides")
    action = add_action(actor=alice, assistant_id=made.public_id, reading=reading)
    where = {"assistant_id": made.public_id, "action_id": action.public_id}
    update_action(actor=alice, **where, privacy_policy_url="https://mcp.example.com/privacy")
    uses = [{"id": action.public_id, "operations": [reading.operations[0].key]}]
    update_draft(actor=alice, assistant_id=made.public_id, patch={"actions": uses})
    opened(alice, made)
    fork = fork_assistant(actor=charlie, reference="teller")
    assert actions(charlie, fork) == []
    assert said(charlie, fork) == ["Tides stays with its creator. Add it under Actions if you need it."]


def test_over_rest_and_on_the_page_it_is_said_at_once(alice: Actor, charlie: Actor) -> None:
    teller(alice, {"kind": "api_key", "owner": "organisation", "key": KEY})
    made = api_client_for(charlie).post("/api/v1/assistants/fork", {"listing": "teller"})
    assert made.status_code == 201
    assert made.json()["left_to_do"] == [
        "Tasks has to be connected: say under Actions how its calls are signed."
    ]
    page = client_for(charlie).post("/build/fork", {"reference": "teller"}, follow=True).content.decode()
    assert "Tasks has to be connected" in page
