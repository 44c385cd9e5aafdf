"""A turn whose process died ends by itself, and is metered once."""

import asyncio
from datetime import timedelta

import pytest
from django.utils import timezone

from assistants.turns.actions.close_turn import Outcome, close_turn
from assistants.turns.actions.sweep_turns import sweep_turns
from assistants.turns.events import (
    Cited,
    StepsAdded,
    TextAdded,
    ToolFinished,
    TurnEvent,
    VerificationStarted,
)
from assistants.turns.identity import identity_of_turn
from assistants.turns.journal import Entry, Flusher
from assistants.turns.models import Turn
from assistants.turns.runtime import beat_key
from billing.models import UsageRecord
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actors import Actor
from tests.factories.chat import make_published
from tests.fakes.model_server import ModelServer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def abandoned(alice: Actor, model_server: ModelServer) -> Turn:
    """A turn that has been streaming for a minute."""
    assistant = make_published(alice)
    with tenant_scope(alice.organisation):
        turn = Turn.objects.create(
            organisation=alice.organisation,
            user=alice.user,
            surface="chat",
            assistant_id=assistant.public_id,
            assistant_name="Plain Words",
            creator_organisation_id=alice.organisation.pk,
            model_id="fake/chat",
            runner="run_dead",
            prompt_tokens=10,
            price={
                "provider": "fake",
                "currency": "EUR",
                "input_per_million": 1_000_000,
                "output_per_million": 0,
            },
        )
        Turn.objects.for_organisation(alice.organisation).update(
            created_at=timezone.now() - timedelta(minutes=1)
        )
    return turn


def reloaded(turn: Turn) -> Turn:
    with across_organisations(reason="test"):
        found: Turn = Turn.objects.across_organisations(reason="test").get(pk=turn.pk)
    return found


def test_it_is_closed_as_failed_with_a_reason(abandoned: Turn) -> None:
    assert sweep_turns() == 1
    assert (reloaded(abandoned).state, reloaded(abandoned).error_code) == ("failed", "interrupted")


def test_its_usage_is_recorded_once(abandoned: Turn) -> None:
    sweep_turns()
    sweep_turns()
    with across_organisations(reason="test"):
        records = list(UsageRecord.objects.across_organisations(reason="test").all())
    assert [(r.input_tokens, r.cost, r.estimated) for r in records] == [(10, 10, True)]


def test_one_that_is_still_being_made_is_left_alone(abandoned: Turn) -> None:
    sync_redis().set(beat_key("run_dead"), b"1", ex=15)
    assert sweep_turns() == 0
    assert reloaded(abandoned).state == "streaming"


def test_a_late_close_changes_nothing(abandoned: Turn) -> None:
    sweep_turns()
    late = close_turn(
        identity=identity_of_turn(abandoned), outcome=Outcome(state="complete", text="Too late")
    )
    assert not late
    assert reloaded(abandoned).answer == ""


def journal(turn: Turn, *events: TurnEvent) -> None:
    """What a process wrote of a turn before it died."""

    async def write() -> None:
        flusher, characters = Flusher(), 0
        for number, event in enumerate(events, 1):
            characters += len(event.text) if isinstance(event, TextAdded) else 0
            flusher.add(turn.public_id, Entry(number, characters, event.name, event.data()))
        await flusher.drain()

    asyncio.run(write())


def test_what_it_had_shown_is_kept(abandoned: Turn) -> None:
    call = {"id": "call_0", "name": "clock", "ok": True}
    journal(
        abandoned, ToolFinished(call), StepsAdded("1. Look.\n"), StepsAdded("2. See."), TextAdded("On the")
    )
    sweep_turns()
    kept = reloaded(abandoned)
    assert (kept.state, kept.answer, kept.steps, kept.tool_calls) == (
        "failed", "On the", ["Look.", "See."], [call],
    )  # fmt: skip


def test_an_answer_that_was_only_being_checked_is_complete(abandoned: Turn) -> None:
    citation = {"number": 1, "title": "Lease"}
    journal(abandoned, TextAdded("On the first [1]."), Cited((citation,)), VerificationStarted())
    sweep_turns()
    kept = reloaded(abandoned)
    assert (kept.state, kept.answer, kept.citations, kept.verification) == (
        "complete", "On the first [1].", [citation], None,
    )  # fmt: skip
