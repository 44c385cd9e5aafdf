"""The Configure page: a field for every setting, models side by side, and what a typical turn costs."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from pydantic import BaseModel

from assistants.building.actions.update_draft import update_draft
from assistants.building.estimates import ANSWER, QUESTION, typical_turn
from assistants.building.models import Assistant
from assistants.building.specification import Specification, parse_specification
from assistants.turns.models import Turn
from assistants.turns.speeds import measured_speeds
from kernel import registries
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers import catalogue
from providers.catalogue import PriceSnapshot
from providers.models import Model
from tests.factories.building import make_assistant, make_source
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = {"actions", "capabilities"}  # pages of their own, or one field for each that is registered


@pytest.fixture
def assistant(alice: Actor, model_server: ModelServer) -> Assistant:
    return make_assistant(alice, "Ada", model={"id": "fake/chat"})


def configure(actor: Actor, assistant: Assistant) -> str:
    answer = client_for(actor).get(f"/build/{assistant.public_id}/configure")
    assert answer.status_code == 200
    return answer.content.decode()


def leaves(kind: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in kind.model_fields.items():
        path = f"{prefix}{name}"
        if path in ELSEWHERE:
            continue
        part: Any = field.annotation
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield from leaves(part, f"{path}.")
        else:
            yield path


@pytest.mark.parametrize("path", list(leaves(Specification)))
def test_every_setting_has_its_field(alice: Actor, assistant: Assistant, path: str) -> None:
    body = configure(alice, assistant)
    assert re.search(rf'data-(path|list)="{re.escape(path)}"', body)
    assert f'data-field="{path}"' in body


def test_every_registered_capability_has_its_switch(alice: Actor, assistant: Assistant) -> None:
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"capabilities": {"clock": True}})
    body = configure(alice, assistant)
    for tool in registries.tools:
        assert f'data-path="capabilities.{tool.name}"' in body
    assert re.search(r'data-path="capabilities.clock" checked', body)


def test_what_stands_in_the_draft_stands_in_the_fields(alice: Actor, assistant: Assistant) -> None:
    patch = {
        "instructions": {"examples": [{"question": "A <b>?", "answer": "B & C"}]},
        "model": {"parameters": {"temperature": 0.0}},
        "limits": {"cost": 50_000, "seconds": 30, "tool_calls": 0},
        "answer_policy": {"language": "pt-BR", "show_steps": True},
    }
    update_draft(actor=alice, assistant_id=assistant.public_id, patch=patch)
    body = configure(alice, assistant)
    assert 'value="A &lt;b&gt;?"' in body and ">B &amp; C</textarea>" in body
    for path, value in (
        ("limits.cost", "0.05"),
        ("limits.seconds", "30"),
        ("limits.tool_calls", "0"),
        ("model.parameters.temperature", "0.0"),
    ):
        assert re.search(rf'data-path="{path}"[^>]* value="{value}"', body), path
    assert '<option value="pt-BR" selected>' in body
    assert 'data-path="answer_policy.show_steps" checked' in body


def test_models_stand_side_by_side_with_their_figures(
    alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    row = Model.objects.get(name="chat")
    row.context_window, row.shutdown_on = 128_000, dt.date(2030, 5, 1)
    row.save()
    catalogue.forget()
    body = configure(alice, assistant)
    cells = body.partition('data-model="fake/chat"')[2].partition("</tr>")[0]
    assert "128k tokens" in cells and "not measured yet" in cells
    assert "read" in cells and "written" in cells
    assert "Ends on" in cells
    assert re.search(r'data-turn-cost="fake/chat">[^–<]+<', cells)


def test_a_fallback_is_offered_but_never_the_model_itself(alice: Actor, assistant: Assistant) -> None:
    body = configure(alice, assistant)
    options = body.partition('data-path="model.fallback"')[2].partition("</select>")[0]
    assert re.search(r'value="fake/chat" disabled', options)
    assert re.search(r'value="bottega/quote">', options)


def test_the_estimate_counts_what_a_turn_reads_and_writes() -> None:
    plain = parse_specification({"knowledge": {"budget_tokens": 1000}})
    checked = parse_specification(
        {"knowledge": {"budget_tokens": 1000}, "answer_policy": {"verification": True}}
    )
    alone = typical_turn(plain, has_sources=False)
    assert (alone.passages, alone.checking) == (0, 0)
    assert alone.read == alone.instructions + QUESTION
    assert alone.written == ANSWER
    with_sources = typical_turn(plain, has_sources=True)
    assert with_sources.read == alone.read + 1000
    assert typical_turn(checked, has_sources=True).read > with_sources.read + 1000
    price = PriceSnapshot("EUR", 2_000_000, 10_000_000)
    assert alone.cost(price) == alone.read * 2 + ANSWER * 10


def test_a_short_longest_answer_makes_the_turn_cheaper() -> None:
    short = parse_specification({"model": {"parameters": {"max_output_tokens": 40}}})
    assert typical_turn(short, has_sources=False).written == 40


def test_the_compiled_view_brings_the_estimate_along(alice: Actor, assistant: Assistant) -> None:
    before = client_for(alice).get(f"/build/{assistant.public_id}/prompt").content.decode()
    make_source(alice, assistant)
    update_draft(
        actor=alice,
        assistant_id=assistant.public_id,
        patch={"instructions": {"role": "You count clouds. " * 50}},
    )
    after = client_for(alice).get(f"/build/{assistant.public_id}/prompt").content.decode()
    assert "You count clouds." in after
    assert "up to 0 of passages" in before and "up to 2000 of passages" in after
    cost = re.compile(r'data-cost-of="fake/chat">([^<]+)<')
    assert cost.search(before)[1] != cost.search(after)[1]  # type: ignore[index]


def make_turn(actor: Actor, model: str, *, seconds: float, tokens: int, state: str = "complete") -> None:
    with tenant_scope(actor.organisation):
        turn = Turn.objects.create(
            organisation=actor.organisation,
            surface=Turn.Surface.PREVIEW,
            assistant_id="asst_x",
            assistant_name="x",
            creator_organisation_id=actor.organisation.pk,
            model_id=model,
            state=state,
            output_tokens=tokens,
        )
        Turn.objects.for_organisation(actor.organisation).filter(pk=turn.pk).update(
            finished_at=turn.created_at + dt.timedelta(seconds=seconds)
        )


def test_speed_is_the_median_of_whole_answers_of_everybody(alice: Actor, charlie: Actor) -> None:
    cache.clear()
    for seconds in (1.0, 2.0, 50.0):
        make_turn(alice if seconds < 2 else charlie, "fake/chat", seconds=seconds, tokens=100)
    make_turn(alice, "fake/chat", seconds=1.0, tokens=100, state="failed")
    make_turn(alice, "fake/rare", seconds=1.0, tokens=100)
    for actor in (alice, alice, charlie, charlie):  # both call a model of their own alike
        make_turn(actor, "org:fake/chat", seconds=1.0, tokens=100)
    speeds = measured_speeds()
    assert set(speeds) == {"fake/chat"}
    found = speeds["fake/chat"]
    assert (found.answers, found.seconds, found.tokens_a_second) == (3, 2.0, 50.0)


def test_a_measured_model_shows_its_speed(alice: Actor, assistant: Assistant) -> None:
    cache.clear()
    for _ in range(3):
        make_turn(alice, "fake/chat", seconds=2.0, tokens=100)
    cells = configure(alice, assistant).partition('data-model="fake/chat"')[2].partition("</tr>")[0]
    assert "50 tokens a second" in cells and "median of 3 answers" in cells
