"""A model has pictures made in a turn: kept, shown, charged by the piece, within the policies and limits."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from PIL import Image

from assistants.building.actions.update_draft import update_draft
from assistants.building.disclosures import derive_disclosure
from assistants.building.models import Assistant
from assistants.building.plans import plan_for_draft
from assistants.building.queries import draft_of, specification_of
from assistants.tools.pictures.tool import IMAGE_GENERATION, ImageToolElsewhere
from assistants.turns.tools import OutsideTool
from billing.models import AllowancePeriod, UsageRecord
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.policy_cache import forget_policies
from providers import catalogue
from providers.models import Model, Price, Provider
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.factories.turns import turn_context
from tests.fakes.images import gigapixel, picture
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def painter(model_server: ModelServer) -> Iterator[Model]:
    provider = Provider.objects.get(slug="fake")
    model = Model.objects.create(provider=provider, name="paint", label="Painter", kind="image", position=200)
    Price.objects.create(
        model=model, currency="EUR", input_per_million=0, output_per_million=0, per_image=40_000,
        valid_from=date(2024, 1, 1), source="tests",
    )  # fmt: skip
    catalogue.forget()
    yield model


@pytest.fixture
def assistant(alice: Actor, painter: Model) -> Assistant:
    return make_assistant(alice, "Ada", model={"id": "fake/chat"}, capabilities={"image_generation": True})


def ask(live_app: LiveApp, actor: Actor, assistant: Assistant) -> Any:
    conversation = make_conversation(actor, assistant).public_id
    with live_app.client(api_key_for(actor)) as api:
        answer = api.post(f"/api/v1/conversations/{conversation}/messages", json={"text": "Paint a boat."})
    assert answer.status_code == 200, answer.text
    return answer.json()["message"]


def images(actor: Actor) -> list[UsageRecord]:
    with tenant_scope(actor.organisation):
        return list(UsageRecord.objects.for_organisation(actor.organisation).filter(kind="image"))


def script(server: ModelServer, *calls: dict[str, Any]) -> None:
    server.answer(tool_calls=[("image_generation", call) for call in calls])
    server.answer("Here it is.")


def test_a_picture_is_written_anew_kept_and_charged(
    live_app: LiveApp, alice: Actor, charlie: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.images.data = picture(comment="Taken at 52.5 N") + b"<script>a second file</script>"
    script(model_server, {"prompt": "A red boat: at sea/../", "count": 2})
    (call,) = ask(live_app, alice, assistant)["tool_calls"]

    assert (call["ok"], call["label"], call["untrusted"]) == (True, "Made a picture", False)
    files = call["detail"]["files"]
    assert [(one["name"], one["mime_type"], one["width"], one["height"]) for one in files] == [
        ("A red boat at sea.png", "image/png", 16, 12)
    ] * 2
    sent = client_for(alice).get(files[0]["url"])
    assert sent["Content-Disposition"].startswith("attachment")
    assert b"52.5" not in sent.content and b"script" not in sent.content
    assert Image.open(io.BytesIO(sent.content)).size == (16, 12)
    assert client_for(charlie).get(files[0]["url"]).status_code == 404
    (record,) = images(alice)
    assert (record.quantity, record.unit, record.cost, record.model) == (2, "image", 80_000, "fake/paint")
    with tenant_scope(alice.organisation):
        (month,) = AllowancePeriod.objects.for_organisation(alice.organisation)
    assert month.spent >= 80_000 and month.reserved == 0


def test_what_four_may_cost_is_kept_before_the_answer(
    live_app: LiveApp, alice: Actor, assistant: Assistant, model_server: ModelServer, settings: Any
) -> None:
    settings.MONTHLY_ALLOWANCE_MICRO = 4 * 40_000
    conversation = make_conversation(alice, assistant).public_id
    with live_app.client(api_key_for(alice)) as api:
        refused = api.post(f"/api/v1/conversations/{conversation}/messages", json={"text": "Paint."})
    assert (refused.status_code, refused.json()["code"]) == (402, "allowance_used_up")
    assert model_server.images.asked == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [("refused", "rules are against it"), ("broken", "is no picture"), ("500", "does not answer now")],
)
def test_what_fails_is_told_plainly(
    live_app: LiveApp, alice: Actor, assistant: Assistant, model_server: ModelServer, fault: str, words: str
) -> None:
    model_server.images.fault = fault
    script(model_server, {"prompt": "A boat"})
    (call,) = ask(live_app, alice, assistant)["tool_calls"]
    assert call["ok"] is False and words in call["summary"]
    # Whoever answers with nonsense has counted it all the same.
    assert len(images(alice)) == (fault == "broken")


def test_a_picture_of_too_many_points_is_not_opened(
    live_app: LiveApp, alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    model_server.images.data = gigapixel()
    script(model_server, {"prompt": "A boat"})
    (call,) = ask(live_app, alice, assistant)["tool_calls"]
    assert call["ok"] is False and "is no picture" in call["summary"]


def test_an_answer_has_up_to_four(
    live_app: LiveApp, alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    script(model_server, {"prompt": "A boat", "count": 3}, {"prompt": "A ship", "count": 2}, {"prompt": ""})
    calls = ask(live_app, alice, assistant)["tool_calls"]
    assert [call["ok"] for call in calls] == [True, False, False]
    assert sum(record.quantity for record in images(alice)) == 3


def test_the_assistants_limit_of_cost_holds(
    live_app: LiveApp, alice: Actor, assistant: Assistant, model_server: ModelServer
) -> None:
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"limits": {"cost": 100_000}})
    script(model_server, {"prompt": "A boat", "count": 3})
    (call,) = ask(live_app, alice, assistant)["tool_calls"]
    assert call["ok"] is False and "Ask for fewer" in call["summary"]
    assert model_server.images.asked == []


def test_a_policy_of_models_holds_and_the_disclosure_names_the_model(
    alice: Actor, assistant: Assistant, painter: Model
) -> None:
    def told() -> list[str]:
        with tenant_scope(alice.organisation):
            found = derive_disclosure(specification_of(draft_of(assistant)), organisation=alice.organisation)
        return [model["id"] for model in found["models"]]

    context = turn_context(plan_for_draft(alice, assistant.public_id), alice)
    assert IMAGE_GENERATION.make(context) is not None and told() == ["fake/chat", "fake/paint"]
    set_policy(actor=alice, document={"models": {"models": ["fake/chat"]}})
    forget_policies()
    assert IMAGE_GENERATION.make(context) is None and told() == ["fake/chat"]
    assert IMAGE_GENERATION.lacks and "Organisation, Models" in IMAGE_GENERATION.lacks(alice.organisation)


def test_another_provider_than_the_one_that_answers_passes_the_gate(
    alice: Actor, assistant: Assistant, painter: Model
) -> None:
    context = turn_context(plan_for_draft(alice, assistant.public_id), alice)
    assert not isinstance(IMAGE_GENERATION.make(context), OutsideTool)
    elsewhere = Provider.objects.create(
        slug="paints", name="Paints", kind="openai", base_url="https://paints.example/v1"
    )
    Model.objects.filter(pk=painter.pk).update(provider=elsewhere)
    catalogue.forget()
    tool = IMAGE_GENERATION.make(context)
    assert isinstance(tool, ImageToolElsewhere) and isinstance(tool, OutsideTool)
