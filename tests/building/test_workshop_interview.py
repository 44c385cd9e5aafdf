"""The guided interview: a draft without a model that could write it, by plain forms."""

from typing import Any

import pytest
from django.test import Client

from assistants.building.actions.answer_interview import answer_interview, go_back_in_interview
from assistants.building.models import Assistant
from assistants.building.workshop_proposals import names_for, starters_for, topic_of
from assistants.building.workshop_queries import open_changes
from kernel.errors import Conflict, InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant, present_draft
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PURPOSE = "Answer questions about our holiday rules."


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "New assistant")


@pytest.fixture
def browser_less(alice: Actor) -> Client:
    return client_for(alice)


def answer(client: Client, assistant: Assistant, step: str, **fields: Any) -> str:
    """Answer by the form, as a browser without JavaScript does; the page that follows."""
    address = f"/build/{assistant.public_id}/create/answer"
    response = client.post(address, {"step": step, **fields}, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


def test_without_a_model_that_builds_the_questions_are_asked(
    browser_less: Client, assistant: Assistant
) -> None:
    text = browser_less.get(f"/build/{assistant.public_id}/create").content.decode()
    assert "What should your assistant help with?" in text
    assert "1 of 8" in text
    assert "data-say>" not in text


def test_the_answers_fill_the_draft_to_the_end(
    alice: Actor, browser_less: Client, assistant: Assistant
) -> None:
    assert "Who is going to use it?" in answer(browser_less, assistant, "purpose", value=PURPOSE)
    assert "What is it called?" in answer(browser_less, assistant, "audience", pick="New colleagues")
    assert "How should it sound?" in answer(browser_less, assistant, "name", pick="Holiday Rules Guide")
    assert "What must it never do?" in answer(browser_less, assistant, "tone", pick="brief")
    rules = {"value": ["Make up facts, figures or names"], "more": "Promise a day off\n"}
    assert "Where should its facts come from?" in answer(browser_less, assistant, "never", **rules)
    assert "ready to click" in answer(browser_less, assistant, "grounding", pick="only")
    assert "How does it greet" in answer(browser_less, assistant, "starters", value=["One?", "", "Two?"])
    end = answer(browser_less, assistant, "welcome", value="Hello there")
    draft = present_draft(alice, assistant)
    assert "Try these questions" in end and "Documents that would help" in end
    assert end.count("data-try=") >= 4
    assert draft["profile"]["name"] == "Holiday Rules Guide"
    assert draft["profile"]["tagline"] == PURPOSE
    assert draft["profile"]["starters"] == ["One?", "Two?"]
    assert draft["profile"]["welcome_message"] == "Hello there"
    assert draft["instructions"]["role"].startswith("You help new colleagues.")
    assert draft["instructions"]["behaviour"].startswith("You are brief")
    assert draft["instructions"]["must_never"] == ["Make up facts, figures or names", "Promise a day off"]
    assert draft["answer_policy"]["grounding"] == "only"
    with tenant_scope(alice.organisation):
        paths = {change.path for change in open_changes(assistant)}
    assert {"profile.name", "instructions.must_never", "profile.starters"} <= paths


def test_what_is_skipped_stays_as_it_was(alice: Actor, browser_less: Client, assistant: Assistant) -> None:
    answer(browser_less, assistant, "purpose", value=PURPOSE)
    before = present_draft(alice, assistant)
    for step in ("audience", "name", "tone", "never", "grounding", "starters", "welcome"):
        end = answer(browser_less, assistant, step, skip="1")
    assert "Try these questions" in end
    assert present_draft(alice, assistant) == before


def test_the_rest_is_taken_as_proposed_in_one_go(
    alice: Actor, browser_less: Client, assistant: Assistant
) -> None:
    answer(browser_less, assistant, "purpose", value=PURPOSE)
    end = answer(browser_less, assistant, "audience", rest="1")
    draft = present_draft(alice, assistant)
    assert "Try these questions" in end
    assert draft["profile"]["name"] == "Holiday Rules Guide"
    assert len(draft["profile"]["starters"]) == 3
    assert len(draft["instructions"]["must_never"]) == 2
    assert "our holiday rules" in draft["profile"]["welcome_message"]


def test_before_the_purpose_is_known_nothing_can_be_proposed(
    browser_less: Client, assistant: Assistant
) -> None:
    assert "1 of 8" in answer(browser_less, assistant, "purpose", rest="1")


def test_the_trial_questions_are_kept_as_tests(
    alice: Actor, browser_less: Client, assistant: Assistant
) -> None:
    answer(browser_less, assistant, "purpose", value=PURPOSE)
    answer(browser_less, assistant, "audience", rest="1")
    page = browser_less.get(f"/build/{assistant.public_id}/tests").content.decode()
    assert "What do people ask most about our holiday rules?" in page


def test_going_back_asks_again_and_the_new_answer_counts(
    alice: Actor, browser_less: Client, assistant: Assistant
) -> None:
    answer(browser_less, assistant, "purpose", value=PURPOSE)
    back = browser_less.post(f"/build/{assistant.public_id}/create/back", follow=True).content.decode()
    assert "1 of 8" in back
    answer(browser_less, assistant, "purpose", value="Explain invoices")
    assert present_draft(alice, assistant)["profile"]["tagline"] == "Explain invoices"


def test_going_back_from_the_end_asks_the_last_question(
    alice: Actor, browser_less: Client, assistant: Assistant
) -> None:
    answer(browser_less, assistant, "purpose", value=PURPOSE)
    for step in ("audience", "name", "tone", "never", "grounding", "starters", "welcome"):
        answer(browser_less, assistant, step, skip="1")
    assert go_back_in_interview(actor=alice, assistant_id=assistant.public_id).step == "welcome"


def test_asking_anew_begins_with_the_first_question(browser_less: Client, assistant: Assistant) -> None:
    answer(browser_less, assistant, "purpose", value=PURPOSE)
    address = f"/build/{assistant.public_id}/create/restart"
    assert "1 of 8" in browser_less.post(address, follow=True).content.decode()


def test_an_answer_that_is_missing_is_asked_for(browser_less: Client, assistant: Assistant) -> None:
    text = answer(browser_less, assistant, "purpose", value="  ")
    assert "Write an answer, or skip the question." in text
    assert "1 of 8" in text


def test_an_answer_that_does_not_fit_changes_nothing(alice: Actor, assistant: Assistant) -> None:
    answer_interview(actor=alice, assistant_id=assistant.public_id, step="purpose", values=[PURPOSE])
    answer_interview(actor=alice, assistant_id=assistant.public_id, step="audience", values=[], skip=True)
    with pytest.raises(InvalidInput):
        answer_interview(actor=alice, assistant_id=assistant.public_id, step="name", values=["n" * 81])
    assert present_draft(alice, assistant)["profile"]["name"] == "New assistant"
    answer_interview(actor=alice, assistant_id=assistant.public_id, step="name", values=["Fits"])
    assert present_draft(alice, assistant)["profile"]["name"] == "Fits"


def test_of_two_people_the_second_answer_to_one_question_is_refused(
    alice: Actor, assistant: Assistant
) -> None:
    answer_interview(actor=alice, assistant_id=assistant.public_id, step="purpose", values=[PURPOSE])
    with pytest.raises(Conflict):
        answer_interview(actor=alice, assistant_id=assistant.public_id, step="purpose", values=["Other"])
    assert present_draft(alice, assistant)["profile"]["tagline"] == PURPOSE


@pytest.mark.parametrize(
    ("purpose", "topic"),
    [
        ("Answer questions about our holiday rules.", "our holiday rules"),
        ("I want an assistant that helps people with tax returns", "tax returns"),
        ("It should explain contracts, in plain words", "contracts"),
        ("Tells new colleagues about the workshop", "the workshop"),
        ("我想要一个回答关于年假规定的助手。", "年假规定"),
        ("Knitting", "Knitting"),
        ("the", "the"),
    ],
)
def test_a_purpose_is_read_for_its_topic(purpose: str, topic: str) -> None:
    assert topic_of(purpose) == topic


def test_proposals_come_from_the_purpose() -> None:
    assert names_for(PURPOSE)[0] == "Holiday Rules Guide"
    assert names_for("Answer what new colleagues ask in their first weeks")[0] == "Colleagues Guide"
    assert all(len(name) <= 80 for name in names_for("x" * 4000))
    assert all(len(starter) <= 200 for starter in starters_for(topic_of("word " * 900)))
