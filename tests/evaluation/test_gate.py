"""Nothing is published before required tests are answered well: by exactly this content, as somebody who read it says."""

import pytest

from assistants.building.actions.publish_version import NotReadyToPublish, publish_version
from assistants.building.actions.update_draft import update_draft
from assistants.building.freezing import hash_of_draft
from assistants.building.queries import access_assistant
from assistants.evaluation.actions.add_test_case import add_test_case
from assistants.evaluation.actions.judge_run import NothingAnswered, judge_run
from assistants.evaluation.actions.note_run import DraftChanged, note_run
from assistants.evaluation.actions.require_test import require_test
from kernel.tenancy import tenant_scope
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for, api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = "Do you deliver to Kiel?"


@pytest.fixture
def assistant(alice):
    return make_assistant(alice, "Reply Desk")


@pytest.fixture
def required(alice, assistant):
    made = add_test_case(actor=alice, assistant_id=assistant.public_id, question=QUESTION, expected="Yes")
    return require_test(actor=alice, assistant_id=assistant.public_id, test_id=made.public_id, required=True)


def hash_now(actor, assistant):
    with tenant_scope(actor.organisation):
        return hash_of_draft(access_assistant(actor, assistant.public_id))


def answered(actor, assistant, test, answer="Yes, we do."):
    named = {"assistant_id": assistant.public_id, "test_id": test.public_id}
    return note_run(actor=actor, **named, content_hash=hash_now(actor, assistant), answer=answer)


def refusal(actor, assistant):
    with pytest.raises(NotReadyToPublish) as refused:
        publish_version(actor=actor, assistant_id=assistant.public_id)
    return [
        error.code for error in refused.value.errors if error.field == "evaluation"
    ], refused.value.message


def change(actor, assistant):
    update_draft(actor=actor, assistant_id=assistant.public_id, patch={"instructions": {"text": "Be short."}})


def test_what_is_missing_is_said_until_somebody_finds_the_answer_good(alice, assistant, required):
    codes, words = refusal(alice, assistant)
    assert codes == ["tests_unasked"] and QUESTION in words
    run = answered(alice, assistant, required)
    assert refusal(alice, assistant)[0] == ["tests_unread"]
    judge_run(actor=alice, assistant_id=assistant.public_id, run_id=run.public_id, good=False)
    assert refusal(alice, assistant)[0] == ["tests_failed"]
    judge_run(actor=alice, assistant_id=assistant.public_id, run_id=run.public_id, good=True)
    assert publish_version(actor=alice, assistant_id=assistant.public_id).number == 1


def test_a_changed_draft_has_to_answer_again(alice, assistant, required):
    before = hash_now(alice, assistant)
    run = answered(alice, assistant, required)
    judge_run(actor=alice, assistant_id=assistant.public_id, run_id=run.public_id, good=True)
    change(alice, assistant)
    assert refusal(alice, assistant)[0] == ["tests_unasked"]
    named = {"assistant_id": assistant.public_id, "test_id": required.public_id}
    with pytest.raises(DraftChanged):
        note_run(actor=alice, **named, content_hash=before, answer="Yes")


def test_where_no_answer_came_nothing_is_good(alice, assistant, required):
    run = answered(alice, assistant, required, answer="")
    assert refusal(alice, assistant)[0] == ["tests_failed"]
    with pytest.raises(NothingAnswered):
        judge_run(actor=alice, assistant_id=assistant.public_id, run_id=run.public_id, good=True)


def test_what_is_not_required_stops_nothing(alice, assistant, required):
    require_test(actor=alice, assistant_id=assistant.public_id, test_id=required.public_id, required=False)
    assert publish_version(actor=alice, assistant_id=assistant.public_id).number == 1


def test_the_draft_is_asked_over_rest_and_judged(alice, bob, charlie, live_app, model_server):
    assistant = make_assistant(alice, "Reply Desk", model={"id": "fake/chat"})
    made = add_test_case(actor=alice, assistant_id=assistant.public_id, question=QUESTION)
    key = api_client_for(alice)
    base = f"/api/v1/assistants/{assistant.public_id}"
    test = f"{base}/tests/{made.public_id}"
    assert key.patch(test, {"required": True}).json()["required"] is True
    model_server.answer("Yes, to Kiel too.")
    with live_app.client() as browser:
        for actor, status in ((charlie, 404), (alice, 201)):
            headers = {"Authorization": f"Bearer {api_key_for(actor)}"}
            answer = browser.post(f"{test}/run", json={}, headers=headers)
            assert answer.status_code == status, answer.text
    run = answer.json()
    assert (run["verdict"], run["answer"]) == ("open", "Yes, to Kiel too.")
    page = client_for(alice).get(f"/build/{assistant.public_id}/tests").content.decode()
    assert "Yes, to Kiel too." in page and "Has to be answered well before anything is published" in page
    judged = f"{base}/test-runs/{run['id']}"
    assert api_client_for(charlie).put(judged, {"good": True}).status_code == 404
    assert key.put(judged, {"good": True}).json()["verdict"] == "passed"
    assert key.post(f"{base}/versions", {"note": "First"}).status_code == 201
