"""A version whose actions were removed goes live without them, once somebody has said that it may."""

import pytest

from assistants.actions.actions.remove_action import remove_action
from assistants.actions.calling.planned import planned_actions
from assistants.building.actions.publish import publish
from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.release_version import release_version
from assistants.building.actions.set_rollout import set_rollout
from assistants.building.actions.update_draft import update_draft
from assistants.building.leaving_out import ActionsRemoved
from assistants.building.models import Assistant
from assistants.building.plans import plan_for_publication
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.models import AuditEntry
from organisations.permissions import Role
from tests.actions.test_calling import PATHS
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant, present_publication
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    """Version 1 lists tasks; version 2 calls nothing, and the action is gone."""
    made = make_assistant(alice, "Ada")
    action = make_action(alice, made, document_of("https://tasks.example.com", PATHS), ["listTasks"])
    publish(actor=alice, assistant_id=made.public_id, visibility="organisation")
    update_draft(actor=alice, assistant_id=made.public_id, patch={"actions": []})
    publish_version(actor=alice, assistant_id=made.public_id)
    remove_action(actor=alice, assistant_id=made.public_id, action_id=action.public_id)
    return made


def live_number(actor: Actor, assistant: Assistant) -> int:
    return int(present_publication(actor, assistant).live_version.number)


def left_out(actor: Actor) -> list[str]:
    with tenant_scope(actor.organisation):
        rows = AuditEntry.objects.for_organisation(actor.organisation).filter(action="assistant.published")
        return [entry.detail.get("left_out", "") for entry in rows.order_by("id")]


def test_it_is_refused_with_the_names_until_somebody_says_so(alice: Actor, assistant: Assistant) -> None:
    with pytest.raises(ActionsRemoved, match="Tasks"):
        release_version(actor=alice, assistant_id=assistant.public_id, number=1)
    assert live_number(alice, assistant) == 2


def test_it_goes_live_without_them_and_the_log_names_them(alice: Actor, assistant: Assistant) -> None:
    release_version(actor=alice, assistant_id=assistant.public_id, number=1, without_removed_actions=True)
    publication = present_publication(alice, assistant)
    assert (publication.live_version.number, publication.disclosure["hosts"]) == (1, [])
    plan = plan_for_publication(alice, publication.public_id)
    assert planned_actions(plan.creator_organisation_id, plan.actions) == []
    assert left_out(alice) == ["", "", "Tasks"]


def test_other_problems_still_stand_against_it(alice: Actor, assistant: Assistant) -> None:
    with pytest.raises(ActionsRemoved):
        set_rollout(actor=alice, assistant_id=assistant.public_id, version=1, share=100)
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"profile": {"tagline": "Third"}})
    publish_version(actor=alice, assistant_id=assistant.public_id)
    release_version(actor=alice, assistant_id=assistant.public_id, number=2, without_removed_actions=True)
    assert left_out(alice)[-1] == ""


def test_where_a_second_person_agrees_what_was_live_before_goes_back_at_once(
    alice: Actor, assistant: Assistant
) -> None:
    add_member(alice.organisation, make_user("dora@example.org"), role=Role.ADMIN)
    set_policy(actor=alice, document={"publishing": {"directory_approval": True}})
    release_version(actor=alice, assistant_id=assistant.public_id, number=1, without_removed_actions=True)
    assert live_number(alice, assistant) == 1


def test_over_rest_the_version_says_it_and_the_release_asks_for_it(
    alice: Actor, assistant: Assistant
) -> None:
    api, base = api_client_for(alice), f"/api/v1/assistants/{assistant.public_id}/versions"
    assert api.get(f"{base}/1").json()["removed_actions"] == ["Tasks"]
    assert api.get(f"{base}/2").json()["removed_actions"] == []
    refused = api.post(f"{base}/1/release", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "actions_removed")
    assert "Tasks" in refused.json()["detail"]
    assert api.post(f"{base}/1/release", {"without_removed_actions": True}).status_code == 204
    assert live_number(alice, assistant) == 1


def test_on_the_page_the_dialog_warns_before(alice: Actor, assistant: Assistant) -> None:
    browser, page = client_for(alice), f"/build/{assistant.public_id}/versions"
    shown = browser.get(f"{page}/1").content.decode()
    assert "without actions that were removed since" in shown and "Tasks" in shown
    assert "without actions that were removed since" not in browser.get(f"{page}/2").content.decode()
    browser.post(f"{page}/1/release", {"without_removed_actions": "on"})
    assert live_number(alice, assistant) == 1
