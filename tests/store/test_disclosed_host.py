"""A published assistant calls the hosts that people were told of, and no other: proven at a server that is never reached."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistants.actions.actions.reimport_action import reimport_action
from assistants.actions.calling import planned
from assistants.actions.models import ActionCall, ActionRevision
from assistants.actions.reading import reading_of_document
from assistants.building.actions.publish import publish
from assistants.building.actions.publish_version import publish_version
from events.models import Notification
from kernel.tenancy import across_organisations, tenant_scope
from store.actions.install_listing import install_listing
from tests.actions.test_calling import PATHS, Tasks
from tests.factories.actions import document_of
from tests.factories.building import make_assistant
from tests.fixtures.people import api_key_for, client_for
from tests.store.test_disclosing_statements import calling_outside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def told(settings: Any) -> Iterator[Tasks]:
    """The service that people were told of."""
    yield from service(settings)


@pytest.fixture
def sentinel(settings: Any) -> Iterator[Tasks]:
    """Another one, which the egress guard would let through: only the disclosure stands before it."""
    yield from service(settings)


def service(settings: Any) -> Iterator[Tasks]:
    made = Tasks()
    settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, host_of(made)]
    yield made
    made.stop()


def host_of(service: Tasks) -> str:
    return service.url.removeprefix("http://")


@pytest.fixture
def ask(live_app, model_server, alice, charlie, told):
    """Publishes an assistant that lists tasks; asks it as somebody of another organisation."""
    assistant = make_assistant(alice, "Reply Desk", model={"id": "fake/chat"})
    action = calling_outside(alice, assistant, told.url)
    publish(actor=alice, assistant_id=assistant.public_id, visibility="public", slug="reply-desk")

    def asking() -> Any:
        model_server.answer(tool_calls=[("listTasks", {"owner": "Ada"})])
        model_server.answer("That is what there is.")
        with live_app.client(api_key_for(charlie)) as api:
            begun = api.post("/api/v1/conversations", json={"assistant": "reply-desk"}).json()
            answer = api.post(f"/api/v1/conversations/{begun['id']}/messages", json={"text": "What is open?"})
        assert answer.status_code == 200, answer.text
        return answer.json()["message"]

    asking.assistant, asking.action = assistant, action  # type: ignore[attr-defined]
    return asking


def move(actor, ask, service):
    """Let the draft's action call another host."""
    reimport_action(
        actor=actor,
        assistant_id=ask.assistant.public_id,
        action_id=ask.action.public_id,
        reading=reading_of_document(document_of(service.url, PATHS)),
    )


def refused_calls(actor):
    with tenant_scope(actor.organisation):
        rows = ActionCall.objects.for_organisation(actor.organisation).filter(outcome="refused")
        return list(rows.order_by("id"))


def test_an_action_that_is_moved_is_not_called_there_before_people_are_told(
    ask, alice, charlie, told, sentinel, client, run_jobs
):
    run_jobs()
    install_listing(actor=charlie, reference="reply-desk")
    move(alice, ask, sentinel)
    assert ask()["state"] == "complete"
    assert (len(told.asked), sentinel.asked) == (1, [])
    assert host_of(sentinel) not in client.get("/a/reply-desk").content.decode()

    publish_version(actor=alice, assistant_id=ask.assistant.public_id, note="Moved")
    run_jobs()
    assert host_of(sentinel) in client.get("/a/reply-desk").content.decode()
    with across_organisations(reason="charlie's notifications"):
        rows = Notification.objects.across_organisations(reason="look").filter(kind="pin_widened")
        assert [row.user_id for row in rows] == [charlie.user_id]
    assert ask()["state"] == "complete"
    assert [verb for verb, _path, _body in sentinel.asked] == ["GET"]


def test_a_call_to_a_host_that_nobody_was_told_of_is_refused_and_its_creator_sees_it(
    ask, alice, charlie, told, sentinel, run_jobs
):
    # What a version calls is changed past every action of ours: the row that the calls are made from names another host.
    with across_organisations(reason="somebody reaches the database", durable=True):
        rows = ActionRevision.objects.across_organisations(reason="all of it")
        rows.filter(action__public_id=ask.action.public_id).update(server_url=sentinel.url)
    planned._cache.clear()

    message = ask()
    assert sentinel.asked == [] and told.asked == []
    (call,) = message["tool_calls"]
    assert not call["ok"]
    assert f"does not cover a call to {host_of(sentinel)}" in call["summary"]

    (theirs,) = refused_calls(charlie)
    assert (theirs.error_code, theirs.arguments) == ("undisclosed", {"owner": "Ada"})
    (own,) = refused_calls(alice)
    assert (own.host, own.error_code) == (host_of(sentinel), "undisclosed")
    assert (own.user_id, own.arguments, own.turn_id) == (None, {}, "")  # never by whom, or with what
    page = client_for(alice).get("/organisation/calls/").content.decode()
    assert host_of(sentinel) in page and "Not made" in page

    run_jobs()
    with tenant_scope(alice.organisation):
        rows = Notification.objects.for_organisation(alice.organisation).filter(kind="call_undisclosed")
        (notice,) = rows
    assert notice.user_id == alice.user_id and host_of(sentinel) in str(notice.title)

    ask()  # the same again is refused again, and told once a day
    assert sentinel.asked == [] and len(refused_calls(charlie)) == 2 and len(refused_calls(alice)) == 1

    publish_version(actor=alice, assistant_id=ask.assistant.public_id, note="Told")
    assert ask()["state"] == "complete"
    assert [verb for verb, _path, _body in sentinel.asked] == ["GET"]
