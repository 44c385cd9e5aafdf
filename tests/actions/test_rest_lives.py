"""Actions through the lives of their assistants: copied, forked, gone back to, put away and erased."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from assistants.actions.actions.remove_action import remove_action
from assistants.actions.models import Action, ActionRevision, Operation
from assistants.actions.queries import actions_of
from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.duplicate_assistant import duplicate_assistant
from assistants.building.actions.publish import publish
from assistants.building.actions.purge_assistants import purge_assistants
from assistants.building.actions.restore_version import restore_version
from assistants.building.models import Assistant
from assistants.connections.models import AuthProfile, Connection
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.actions.test_calling import PATHS
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant, present_draft
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
PUBLIC = "https://tasks.example.com"
DOCUMENT = document_of(PUBLIC, PATHS)


def with_key(actor: Actor, assistant: Assistant) -> str:
    """An action that signs with a key of the organisation, one operation of it on; its id."""
    api = api_client_for(actor)
    base = f"/api/v1/assistants/{assistant.public_id}/actions"
    auth = {"kind": "api_key", "owner": "organisation", "key": "canary-key-1234567"}
    made = api.post(base, {"document": DOCUMENT.decode(), "auth": auth}).json()["id"]
    assert api.patch(f"{base}/{made}/operations", {"enabled": ["listTasks"]}).status_code == 200
    return str(made)


def counts(actor: Actor, *models: Any) -> list[int]:
    with tenant_scope(actor.organisation):
        return [model.objects.for_organisation(actor.organisation).count() for model in models]


def test_a_copy_has_its_own_actions_and_none_of_the_keys(alice: Actor) -> None:
    original = make_assistant(alice, "Ada")
    made = with_key(alice, original)
    copy = duplicate_assistant(actor=alice, assistant_id=original.public_id)
    (use,) = present_draft(alice, copy)["actions"]
    assert use["operations"] == ["listTasks"]
    assert use["id"] != made
    shown = api_client_for(alice).get(f"/api/v1/assistants/{copy.public_id}/actions/{use['id']}").json()
    assert (shown["auth"], shown["state"], shown["suggested_auth"]["kind"]) == (None, "needs_auth", "api_key")
    assert counts(alice, AuthProfile, Connection) == [1, 1]


def test_a_new_assistant_takes_nobody_elses(alice: Actor) -> None:
    original = make_assistant(alice, "Teller")
    action = make_action(alice, original, DOCUMENT, ["listTasks"])
    with pytest.raises(InvalidInput) as refusal:
        create_assistant(actor=alice, name="New", draft={"actions": [{"id": action.public_id}]})
    assert [one.code for one in refusal.value.errors] == ["unknown_action"]


def test_going_back_to_a_version_leaves_out_what_is_gone(alice: Actor) -> None:
    assistant = make_assistant(alice, "Ada")
    kept, gone = make_action(alice, assistant, DOCUMENT), make_action(alice, assistant, DOCUMENT)
    both = [{"id": one.public_id, "operations": ["listTasks"]} for one in (kept, gone)]
    api = api_client_for(alice)
    api.patch(f"/api/v1/assistants/{assistant.public_id}/draft", {"actions": both})
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    remove_action(actor=alice, assistant_id=assistant.public_id, action_id=gone.public_id)
    restore_version(actor=alice, assistant_id=assistant.public_id, number=1)
    assert [use["id"] for use in present_draft(alice, assistant)["actions"]] == [kept.public_id]


def test_what_leaves_the_bin_leaves_with_its_actions_and_connections(alice: Actor) -> None:
    assistant, other = make_assistant(alice, "Ada"), make_assistant(alice, "Bea")
    with_key(alice, assistant)
    make_action(alice, other, DOCUMENT)
    delete_assistant(actor=alice, assistant_id=assistant.public_id)
    with tenant_scope(alice.organisation):
        rows = Assistant.objects.for_organisation(alice.organisation).filter(pk=assistant.pk)
        rows.update(deleted_at=timezone.now() - timedelta(days=31))
    assert purge_assistants() == 1
    assert counts(alice, Action, ActionRevision, Operation) == [1, 1, 2]
    with tenant_scope(alice.organisation):
        assert not actions_of(alice.organisation, assistant.public_id).exists()
        connection = Connection.objects.for_organisation(alice.organisation).get()
        assert connection.ended_at is not None
