"""A model that calls no tools makes actions useless: whoever builds is told, on their page and before publishing."""

import pytest

from assistants.building.actions.update_draft import update_draft
from assistants.building.checks import run_checks
from assistants.building.queries import draft_of, specification_of
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers import catalogue
from providers.models import Model
from tests.actions.test_calling import PATHS
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_told_before_publishing_and_on_the_page(alice: Actor, model_server: ModelServer) -> None:
    assistant = make_assistant(alice, "Ada")
    make_action(alice, assistant, document_of("https://api.tasks.example", PATHS))
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"model": {"id": "fake/chat"}})

    def told() -> tuple[bool, bool]:
        with tenant_scope(alice.organisation):
            results = run_checks(alice, assistant, specification_of(draft_of(assistant)))
        page = client_for(alice).get(f"/build/{assistant.public_id}/actions").content.decode()
        codes = [problem.code for result in results for problem in result.problems]
        return "model_calls_no_tools" in codes, "not known to call tools" in page

    assert told() == (False, False)
    Model.objects.filter(name="chat").update(capabilities={"streaming": True})
    catalogue.forget()
    assert told() == (True, True)
