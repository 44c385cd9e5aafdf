"""Each app against a server made from its OpenAPI document: registered, connected, called, renewed, busy, refused, revoked."""

from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings as site

from assistants.actions.actions.add_connector import ClientMissing, add_connector
from assistants.actions.actions.keep_connector_client import keep_connector_client
from assistants.actions.calling.carrying import Target, carry_out
from assistants.actions.connectors.catalogue import connector
from assistants.actions.models import Action, ActionCall
from assistants.actions.queries import access_operation
from assistants.actions.trying import Tried, planned_now, read_operation, try_operation
from assistants.connections.actions.begin_consent import GENERAL_CALLBACK, begin_consent
from assistants.connections.actions.complete_consent import Answer, complete_consent
from assistants.connections.actions.end_connection import end_connection
from assistants.connections.actions.tell_endings import tell_endings
from assistants.connections.credentials import credential_for
from assistants.connections.models import Connection
from assistants.connections.oauth.errors import ConnectionBroken
from assistants.connections.queries import ref_of
from assistants.turns.plan import AssistantPlan
from assistants.turns.tools import ToolResult
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.connectors.test_folders import APPS, values_for
from tests.factories.building import make_assistant
from tests.factories.turns import turn_context
from tests.fakes.connector_service import ID, SECRET, ConnectorService, connector_service
from tests.fakes.openapi_server import Answer as Said

pytestmark = pytest.mark.django_db(transaction=True)
# One that reads, with arguments, and what its service says where it cannot be done.
READS: dict[str, tuple[str, dict[str, Any], Said]] = {
    "slack": (
        "conversations_history",
        {"channel": "C1"},
        Said(b'{"ok": false, "error": "channel_not_found"}'),
    ),
    "github": (
        "issues_list",
        {"owner": "ada", "repo": "wood"},
        Said(b'{"message": "Not Found"}', status=404),
    ),
    "google-sheets": ("values_get", {"spreadsheetId": "s", "range": "A1:B2"}, Said(b"{}", status=403)),
    "google-calendar": ("events_list", {"calendarId": "primary"}, Said(b"{}", status=404)),
    "salesforce": (
        "query",
        {"q": "SELECT Id FROM Account"},
        Said(b'[{"errorCode": "MALFORMED_QUERY"}]', status=400),
    ),
    "hubspot": ("contacts_get", {"id": "7"}, Said(b"{}", status=404)),
}


class Connected:
    """Alice's assistant with a connector, and Bob who uses it."""

    def __init__(self, service: ConnectorService, alice: Actor, bob: Actor) -> None:
        self.service, self.bob = service, bob
        self.name = service.shape.name
        assistant = make_assistant(alice, "Ada")
        made = add_connector(actor=alice, assistant_id=assistant.public_id, name=self.name)
        with tenant_scope(alice.organisation):
            rows = Action.objects.for_organisation(alice.organisation).select_related("profile")
            self.action: Action = rows.get(pk=made.pk)
            self.operation = read_operation(access_operation(self.action, READS[self.name][0]))
        assert self.action.profile is not None
        self.ref = ref_of(self.action.profile)
        self.plan = AssistantPlan(
            assistant.public_id, "Ada", alice.organisation.pk, system_prompt="", model_id=""
        )

    def connect(self) -> Connection:
        """Agree at the service, and come back."""
        address = begin_consent(actor=self.bob, ref=self.ref, session_key="s")
        query = self.service.consent(address)
        back = site.PUBLIC_URL + GENERAL_CALLBACK
        assert self.bob.user is not None
        done = complete_consent(
            user=self.bob.user,
            session_key="s",
            redirect_uri=back,
            answer=Answer(query["state"], query["code"]),
        )
        return done.connection

    def call(self) -> ToolResult:
        """Read something, as a turn does."""

        async def read() -> ToolResult:
            credential = await credential_for(self.ref, self.bob)
            assert credential is not None
            target = Target(planned_now(self.action, self.operation), self.operation, credential)
            return await carry_out(turn_context(self.plan, self.bob), target, READS[self.name][1])

        return async_to_sync(read)()


@pytest.mark.parametrize("name", APPS)
def test_from_the_client_to_the_end(
    name: str, tmp_path: Path, settings: Any, alice: Actor, bob: Actor
) -> None:
    with connector_service(name, tmp_path) as service:
        settings.CONNECTOR_FOLDERS, settings.EGRESS_ALLOW = [str(tmp_path)], [service.host]
        assistant = make_assistant(alice, "Early")
        with pytest.raises(ClientMissing):
            add_connector(actor=alice, assistant_id=assistant.public_id, name=name)
        keep_connector_client(
            actor=alice, name=name, client_id=ID, client_secret=SECRET, values=values_for(connector(name))
        )
        world = Connected(service, alice, bob)
        connection = world.connect()
        assert set(connection.scopes) == set(service.shape.oauth.scopes)  # type: ignore[union-attr]
        assert connection.expires_at is not None
        good = world.call()
        assert good.ok, good.content
        assert good.untrusted

        # The token ran out before its time: it is renewed, and nobody notices.
        service.expire()
        assert world.call().ok
        assert [form["grant_type"] for form in service.journal] == ["authorization_code", "refresh_token"]

        service.busy, before = 1, len(service.requests)
        assert world.call().ok
        assert [each.problem for each in service.requests[before:]] == ["busy", ""]

        service.answers[world.operation.key] = READS[name][2]
        refused = world.call()
        assert not refused.ok
        assert "channel_not_found" in refused.summary or str(READS[name][2].status) in refused.summary
        service.answers.clear()

        # Somebody took the access back at the service.
        service.tokens, service.refuse_refresh = {}, True
        with pytest.raises(ConnectionBroken):
            world.call()
        service.refuse_refresh = False
        again = world.connect()
        assert again.public_id == connection.public_id
        assert world.call().ok

        [held] = service.tokens.items()
        end_connection(actor=bob, connection_id=again.public_id)
        assert tell_endings() == 1
        assert set(service.revoked) & set(held)
        assert service.tokens == {}
        with tenant_scope(bob.organisation):
            rows = ActionCall.objects.for_organisation(bob.organisation)
            outcomes = list(rows.order_by("id").values_list("outcome", flat=True))
        assert outcomes == ["answered", "answered", "answered", "answered", "failed", "answered"]


@pytest.mark.parametrize("name", ["slack", "google-sheets"])
def test_whoever_builds_tries_it_as_a_turn_calls_it(
    name: str, tmp_path: Path, settings: Any, alice: Actor
) -> None:
    with connector_service(name, tmp_path) as service:
        settings.CONNECTOR_FOLDERS, settings.EGRESS_ALLOW = [str(tmp_path)], [service.host]
        keep_connector_client(actor=alice, name=name, client_id=ID, client_secret=SECRET)
        world = Connected(service, alice, alice)
        world.connect()

        def tried() -> Tried:
            return async_to_sync(try_operation)(
                actor=alice,
                assistant_id=world.action.assistant_id,
                action_id=world.action.public_id,
                operation=world.operation.key,
                arguments=READS[name][1],
            )

        first = tried().response
        assert first is not None
        assert (first["status"], first["failed"]) == (200, False)

        # Slack says with a good status that it does not take the token; the others answer 401.
        service.expire()
        again = tried().response
        assert again is not None
        assert (again["status"], again["failed"]) == (200, False)
        assert [form["grant_type"] for form in service.journal] == ["authorization_code", "refresh_token"]

        said = READS[name][2]
        service.answers[world.operation.key] = said
        refused = tried().response
        assert refused is not None
        expected = (True, "channel_not_found") if name == "slack" else (False, "")
        assert (refused["status"], refused["failed"], refused["reason"]) == (said.status, *expected)


def test_a_grant_ends_with_the_last_connection_under_its_client(
    tmp_path: Path, settings: Any, alice: Actor, bob: Actor
) -> None:
    with connector_service("google-sheets", tmp_path) as service:
        settings.CONNECTOR_FOLDERS, settings.EGRESS_ALLOW = [str(tmp_path)], [service.host]
        keep_connector_client(actor=alice, name="google-sheets", client_id=ID, client_secret=SECRET)
        made = [Connected(service, alice, bob).connect() for _assistant in range(2)]
        end_connection(actor=bob, connection_id=made[0].public_id)
        tell_endings()
        assert service.revoked == []
        end_connection(actor=bob, connection_id=made[1].public_id)
        tell_endings()
        assert service.revoked
