"""The Create tab's pages, without a browser."""

import pytest

from assistants.building.models import Assistant
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def assistant(alice: Actor, model_server: ModelServer) -> Assistant:
    return make_assistant(alice, "New assistant")


def test_the_tab_offers_models_that_can_build(alice: Actor, assistant: Assistant) -> None:
    page = client_for(alice).get(f"/build/{assistant.public_id}/create?mode=talk")
    assert page.status_code == 200
    text = page.content.decode()
    assert 'value="fake/chat"' in text
    assert 'value="bottega/quote"' not in text
