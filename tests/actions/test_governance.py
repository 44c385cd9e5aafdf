"""Who has to agree before others use what calls outside, what people are told about it, and that calls keep to that."""

from collections.abc import Mapping
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from assistants.actions.actions.reimport_action import reimport_action
from assistants.actions.actions.remove_action import remove_action
from assistants.actions.actions.update_action import update_action
from assistants.actions.calling.gate import Undisclosed, gate
from assistants.actions.calling.planned import planned_actions
from assistants.actions.disclosing import covers
from assistants.actions.models import Action, ActionCall, Reach
from assistants.actions.reading import reading_of_document
from assistants.building.actions.end_rollout import roll_back_rollout
from assistants.building.actions.publish import publish
from assistants.building.actions.publish_version import NotReadyToPublish, publish_version
from assistants.building.actions.release_version import release_version
from assistants.building.actions.set_publication import set_publication
from assistants.building.actions.set_rollout import set_rollout
from assistants.building.actions.update_draft import update_draft
from assistants.building.checks import run_checks
from assistants.building.disclosures import derive_disclosure, in_words
from assistants.building.models import Assistant
from assistants.building.opening import pending_opening
from assistants.building.plans import plan_for_draft, plan_for_publication
from assistants.building.queries import draft_of, specification_of
from assistants.building.reaching import PrivacyPolicyMissing
from assistants.connections.auth_settings import AuthSettings
from assistants.turns.plan import AssistantPlan
from assistants.turns.sources import Sources
from assistants.turns.tools import Intention, TurnContext
from assistants.turns.trust import Trust
from kernel.registries import approval_kinds
from kernel.tenancy import tenant_scope
from organisations.actions.decide_approval import OwnRequest, decide_approval
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.models import Approval
from organisations.permissions import Role
from organisations.policy import policy_of
from organisations.policy_preview import preview_policy
from providers.ports import ToolCall
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant, present_publication
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
API = "https://api.tasks.example"
TITLE = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
BODY = {"required": True, "content": {"application/json": {"schema": TITLE}}}
LIST = {
    "operationId": "listTasks",
    "summary": "List tasks",
    "parameters": [{"name": "owner", "in": "query", "schema": {"type": "string"}}],
    "responses": {"200": {"description": "ok"}},
}
ADD = {
    "operationId": "addTask",
    "summary": "Add a task",
    "requestBody": BODY,
    "responses": {"201": {"description": "made"}},
}
PATHS = {"/tasks": {"get": LIST, "post": ADD}}


@pytest.fixture
def second(alice: Actor) -> Actor:
    """Somebody else who may decide."""
    return add_member(alice.organisation, make_user("emil@example.org", name="Emil Grau"), Role.ADMIN)


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "Ada")


def action_of(alice: Actor, assistant: Assistant, *operations: str, url: str = API) -> Action:
    return make_action(alice, assistant, document_of(url, PATHS), operations)


def switch(alice: Actor, assistant: Assistant, action: Action, *operations: str) -> None:
    uses = [{"id": action.public_id, "operations": list(operations)}]
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"actions": uses})


def waiting(actor: Actor, assistant: Assistant) -> Approval | None:
    with tenant_scope(actor.organisation):
        return pending_opening(actor.organisation, assistant.public_id)


def approve(second: Actor, approval: Approval | None) -> None:
    assert approval is not None
    decide_approval(actor=second, approval_id=approval.public_id, approve=True)


def problems_of(alice: Actor, assistant: Assistant) -> dict[str, bool]:
    """Codes of what the check of actions found, with whether each stands against publishing."""
    with tenant_scope(alice.organisation):
        specification = specification_of(draft_of(assistant))
        (found,) = [one for one in run_checks(alice, assistant, specification) if one.name == "actions"]
    return {problem.code: problem.blocking for problem in found.problems}


def told(alice: Actor, assistant: Assistant) -> dict[str, Any]:
    with tenant_scope(alice.organisation):
        return derive_disclosure(specification_of(draft_of(assistant)), organisation=alice.organisation)


class TestASecondWord:
    def test_a_new_host_waits_for_somebody_else(
        self, alice: Actor, second: Actor, assistant: Assistant
    ) -> None:
        action_of(alice, assistant, "listTasks", "addTask")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        request = waiting(alice, assistant)
        assert request is not None and request.kind == "action_reach"
        assert not present_publication(alice, assistant).reaches_others
        kind = next(one for one in approval_kinds if one.kind == "action_reach")
        with tenant_scope(alice.organisation):
            facts = dict(kind.facts(request))
        assert facts["New hosts"] == "api.tasks.example"
        assert facts["New: it may write"] == "api.tasks.example: Add a task"
        with pytest.raises(OwnRequest):
            decide_approval(actor=alice, approval_id=request.public_id, approve=True)
        approve(second, request)
        assert present_publication(alice, assistant).reaches_others
        with tenant_scope(alice.organisation):
            known = Reach.objects.for_organisation(alice.organisation)
            assert set(known.values_list("operation", "approval_id")) == {
                ("", request.public_id),
                ("addTask", request.public_id),
            }

    def test_what_was_agreed_to_is_not_asked_again(
        self, alice: Actor, second: Actor, assistant: Assistant
    ) -> None:
        action = action_of(alice, assistant, "listTasks")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        approve(second, waiting(alice, assistant))
        publish_version(actor=alice, assistant_id=assistant.public_id, note="the same")
        assert waiting(alice, assistant) is None
        switch(alice, assistant, action, "listTasks", "addTask")
        publish_version(actor=alice, assistant_id=assistant.public_id, note="writes now")
        assert present_publication(alice, assistant).live_version.number == 2
        approve(second, waiting(alice, assistant))
        assert present_publication(alice, assistant).live_version.number == 3

    def test_another_path_under_the_same_name_is_another_operation(
        self, alice: Actor, second: Actor, assistant: Assistant
    ) -> None:
        action = action_of(alice, assistant, "addTask")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        approve(second, waiting(alice, assistant))
        moved = reading_of_document(document_of(API, {"/everything": {"post": ADD}}))
        reimport_action(
            actor=alice, assistant_id=assistant.public_id, action_id=action.public_id, reading=moved
        )
        publish_version(actor=alice, assistant_id=assistant.public_id)
        assert waiting(alice, assistant) is not None

    def test_what_only_builders_used_is_asked_about_when_others_get_it(
        self, alice: Actor, second: Actor, assistant: Assistant
    ) -> None:
        action_of(alice, assistant, "addTask")
        publish_version(actor=alice, assistant_id=assistant.public_id)
        assert waiting(alice, assistant) is None
        set_publication(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        approve(second, waiting(alice, assistant))
        assert present_publication(alice, assistant).reaches_others

    def test_a_version_that_was_live_for_builders_alone_does_not_slip_in(
        self, alice: Actor, second: Actor, assistant: Assistant
    ) -> None:
        action = action_of(alice, assistant, "addTask")
        publish_version(actor=alice, assistant_id=assistant.public_id)
        switch(alice, assistant, action)
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        assert waiting(alice, assistant) is None
        request = release_version(actor=alice, assistant_id=assistant.public_id, number=1)
        assert request is not None and request.kind == "action_reach"

    def test_an_approval_to_publish_covers_it(
        self, alice: Actor, second: Actor, assistant: Assistant
    ) -> None:
        set_policy(actor=alice, document={"publishing": {"directory_approval": True}}, revision=0)
        action_of(alice, assistant, "addTask")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        request = waiting(alice, assistant)
        assert request is not None and request.kind == "publication"
        approve(second, request)
        set_policy(actor=alice, document={}, revision=1)
        publish_version(actor=alice, assistant_id=assistant.public_id)
        assert waiting(alice, assistant) is None

    def test_nobody_is_asked_where_nobody_else_could_decide(
        self, alice: Actor, bob: Actor, assistant: Assistant
    ) -> None:
        action_of(alice, assistant, "addTask")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        assert waiting(alice, assistant) is None
        assert present_publication(alice, assistant).reaches_others

    def test_a_policy_that_asks_nobody_is_followed(
        self, alice: Actor, second: Actor, assistant: Assistant
    ) -> None:
        set_policy(actor=alice, document={"actions": {"approval": False}}, revision=0)
        action_of(alice, assistant, "addTask")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        assert waiting(alice, assistant) is None


class TestChecks:
    def test_a_host_that_the_policy_forbids_stands_against_it(
        self, alice: Actor, assistant: Assistant
    ) -> None:
        action_of(alice, assistant, "listTasks")
        set_policy(actor=alice, document={"hosts": {"blocked": ["api.tasks.example"]}}, revision=0)
        assert problems_of(alice, assistant)["host_forbidden"]
        with pytest.raises(NotReadyToPublish, match=r"api\.tasks\.example"):
            publish_version(actor=alice, assistant_id=assistant.public_id)

    def test_a_pause_is_told_of(self, alice: Actor, assistant: Assistant) -> None:
        action = action_of(alice, assistant, "listTasks")
        update_action(actor=alice, assistant_id=assistant.public_id, action_id=action.public_id, paused=True)
        assert problems_of(alice, assistant)["action_paused"] is False

    def test_an_account_of_the_organisation_has_to_be_connected(
        self, alice: Actor, assistant: Assistant
    ) -> None:
        action = action_of(alice, assistant, "listTasks")
        auth = AuthSettings.model_validate(
            {"kind": "api_key", "owner": "organisation", "placement": {"where": "bearer"}, "key": "s3cret"}
        )
        change = {"actor": alice, "assistant_id": assistant.public_id, "action_id": action.public_id}
        update_action(**change, auth=auth)
        assert "action_unconnected" not in problems_of(alice, assistant)
        auth = AuthSettings.model_validate({"kind": "api_key", "placement": {"where": "bearer"}})
        update_action(**change, auth=auth)
        assert "action_unconnected" not in problems_of(alice, assistant)
        oauth = {
            "authorization_url": f"{API}/authorize",
            "token_url": f"{API}/token",
            "client_id": "bottega",
        }
        auth = AuthSettings.model_validate({"kind": "oauth2", "owner": "organisation", "oauth": oauth})
        update_action(**change, auth=auth)
        assert problems_of(alice, assistant)["action_unconnected"]

    def test_everybody_needs_a_privacy_policy(self, alice: Actor, assistant: Assistant) -> None:
        action = action_of(alice, assistant, "listTasks")
        assert problems_of(alice, assistant)["privacy_policy_missing"] is False
        with pytest.raises(PrivacyPolicyMissing, match="Tasks"):
            publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        update_action(
            actor=alice,
            assistant_id=assistant.public_id,
            action_id=action.public_id,
            privacy_policy_url="https://tasks.example/privacy",
        )
        publish(actor=alice, assistant_id=assistant.public_id, visibility="public")
        assert present_publication(alice, assistant).visibility == "public"


class TestDisclosures:
    def test_hosts_purposes_and_fields_follow_from_the_operations_that_are_on(
        self, alice: Actor, assistant: Assistant
    ) -> None:
        assert "no_outside_hosts" in told(alice, assistant)["limits"]
        action = action_of(alice, assistant, "listTasks")
        (host,) = told(alice, assistant)["hosts"]
        assert (host["host"], host["purpose"], host["fields"], host["writes"]) == (
            "api.tasks.example",
            "Tasks",
            ["owner"],
            False,
        )
        switch(alice, assistant, action, "addTask")
        found = told(alice, assistant)
        assert (found["hosts"][0]["fields"], found["hosts"][0]["writes"]) == (["title"], True)
        assert "asks_before_writing" in found["limits"] and "no_outside_hosts" not in found["limits"]
        assert "outside_hosts" in found["visible_to"]
        assert in_words(found)["hosts"] == [
            "api.tasks.example, for Tasks. It reads and writes there; sent: title."
        ]

    def test_web_pages_are_told_of(self, alice: Actor, assistant: Assistant) -> None:
        update_draft(
            actor=alice, assistant_id=assistant.public_id, patch={"capabilities": {"fetch_page": True}}
        )
        found = told(alice, assistant)
        assert [host["host"] for host in found["hosts"]] == ["*"]
        assert "no_outside_hosts" not in found["limits"]
        assert in_words(found)["hosts"] == [
            "Web pages that you or it name: their address is sent, and nothing else."
        ]

    def test_a_server_that_is_changed_later_changes_nothing_for_who_uses_it(
        self, alice: Actor, assistant: Assistant
    ) -> None:
        action = action_of(alice, assistant, "listTasks")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        moved = reading_of_document(document_of("https://elsewhere.example", PATHS))
        reimport_action(
            actor=alice, assistant_id=assistant.public_id, action_id=action.public_id, reading=moved
        )
        publication = present_publication(alice, assistant)
        assert [host["host"] for host in publication.disclosure["hosts"]] == ["api.tasks.example"]
        plan = plan_for_publication(alice, publication.public_id)
        assert hosts_called(plan) == ["api.tasks.example"]
        assert hosts_called(plan_for_draft(alice, assistant.public_id)) == ["elsewhere.example"]

    def test_a_roll_out_tells_of_both_versions_while_it_runs(
        self, alice: Actor, assistant: Assistant
    ) -> None:
        action = action_of(alice, assistant)
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        assert "no_outside_hosts" in present_publication(alice, assistant).disclosure["limits"]
        switch(alice, assistant, action, "addTask")
        set_rollout(actor=alice, assistant_id=assistant.public_id, version=None, share=10)
        told_now = present_publication(alice, assistant).disclosure
        assert [host["host"] for host in told_now["hosts"]] == ["api.tasks.example"]
        assert "no_outside_hosts" not in told_now["limits"]
        roll_back_rollout(actor=alice, assistant_id=assistant.public_id)
        assert present_publication(alice, assistant).disclosure["hosts"] == []

    def test_a_paused_or_removed_action_is_called_by_no_version(
        self, alice: Actor, assistant: Assistant
    ) -> None:
        action = action_of(alice, assistant, "listTasks")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        plan = plan_for_publication(alice, present_publication(alice, assistant).public_id)
        where = {"actor": alice, "assistant_id": assistant.public_id, "action_id": action.public_id}
        update_action(**where, paused=True)
        assert hosts_called(plan) == []
        update_action(**where, paused=False)
        assert hosts_called(plan) == ["api.tasks.example"]
        remove_action(**where)
        assert hosts_called(plan) == []

    async def test_a_call_that_is_not_covered_is_refused_and_written_down(
        self, alice: Actor, assistant: Assistant
    ) -> None:
        action = await sync_to_async(action_of)(alice, assistant, "listTasks")
        plan = await sync_to_async(plan_for_draft)(alice, assistant.public_id)
        context = TurnContext("turn_x", "", alice, plan, "chat", Sources(), Trust(), can_wait=False)
        strange = intention(action, "listTasks", host="evil.example", url="https://evil.example/tasks")
        with pytest.raises(Undisclosed):
            await gate(context, ToolCall("c1", "listTasks", "{}"), strange)
        (call,) = await sync_to_async(calls_of)(alice)
        assert (call.outcome, call.error_code, call.host) == ("refused", "undisclosed", "evil.example")

    def test_another_operation_is_not_covered(self, alice: Actor, assistant: Assistant) -> None:
        action = action_of(alice, assistant, "listTasks")
        plan = plan_for_draft(alice, assistant.public_id)
        assert covers(plan, intention(action, "listTasks"))
        assert not covers(plan, intention(action, "addTask"))
        assert not covers(plan, intention(action, "listTasks", url="https://evil.example/tasks"))
        page = Intention("fetch_page", "", "fetch_page", "", "a.example", "GET", "https://a.example", {}, {})
        assert not covers(plan, page)


def calls_of(actor: Actor) -> list[ActionCall]:
    with tenant_scope(actor.organisation):
        return list(ActionCall.objects.for_organisation(actor.organisation))


def hosts_called(plan: AssistantPlan) -> list[str]:
    return [one.host for one in planned_actions(plan.creator_organisation_id, plan.actions)]


def intention(
    action: Action, operation: str, *, host: str = "api.tasks.example", url: str = f"{API}/tasks"
) -> Intention:
    return Intention(
        action.public_id,
        action.name,
        operation,
        "",
        host,
        "GET",
        url,
        {},
        {},
        organisation_id=action.organisation_id,
    )


class TestPolicy:
    def test_the_page_keeps_what_is_chosen(self, alice: Actor) -> None:
        client = client_for(alice)
        page = client.get("/organisation/policy/").content.decode()
        assert "You are alone in this organisation" in page
        typed: Mapping[str, str] = {
            "revision": "0",
            "building.create.mode": "all",
            "actions.confirm": "writes",
            "joining.role": "member",
            "publishing.links": "on",
        }
        assert client.post("/organisation/policy/save", typed).status_code == 302
        with tenant_scope(alice.organisation):
            chosen = policy_of(alice.organisation).actions
        assert (chosen.confirm, chosen.approval) == ("writes", False)
        again = client.post("/organisation/policy/save", {**typed, "revision": "1", "actions.confirm": "x"})
        assert "Choose one of those that are offered." in again.content.decode()

    def test_what_would_be_blocked_is_told_before(self, alice: Actor, assistant: Assistant) -> None:
        action_of(alice, assistant, "listTasks", "addTask")
        publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
        document = {"hosts": {"blocked": ["api.tasks.example"]}, "actions": {"confirm": "all"}}
        with tenant_scope(alice.organisation):
            impacts = {one.section: one.sentences for one in preview_policy(actor=alice, document=document)}
        assert "api.tasks.example" in impacts["hosts"][0] and "Ada" in impacts["hosts"][0]
        assert "Ada" in impacts["actions"][0]
