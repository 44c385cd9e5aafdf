"""The pages under Organisation, Models."""

from typing import Any

import pytest

from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.factories.providers import KEY, add_provider, allow
from tests.fakes.model_server import ModelServer
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = "/organisation/models/"


@pytest.fixture(autouse=True)
def _allowed(settings: Any, model_server: ModelServer) -> None:
    allow(settings, model_server)


def test_somebody_adds_a_provider_and_sees_that_it_works(alice: Actor, model_server: ModelServer) -> None:
    client = client_for(alice)
    typed = {"preset": "vllm", "name": "House", "base_url": model_server.base_url, "key": KEY, "models": ""}
    made = client.post(f"{PAGES}create", typed, follow=True)
    page = made.content.decode()
    assert made.status_code == 200 and "“House” works. It answered." in page and KEY not in page
    assert 'value="chat" checked' in page
    assert "House" in client.get(PAGES).content.decode()


def test_a_wrong_field_keeps_what_was_typed_but_for_the_key(alice: Actor) -> None:
    typed = {"preset": "other", "name": "House", "base_url": "http://10.0.0.1/v1", "key": KEY}
    answer = client_for(alice).post(f"{PAGES}create", typed)
    page = answer.content.decode()
    assert answer.status_code == 400 and "cannot be reached from here" in page
    assert "http://10.0.0.1/v1" in page and KEY not in page


def test_the_dialogs_name_the_assistants_that_would_stop(alice: Actor, model_server: ModelServer) -> None:
    made = add_provider(alice, model_server)
    make_assistant(alice, "Harbour Desk", model={"id": "org:own/chat"})
    page = client_for(alice).get(f"{PAGES}{made['id']}/").content.decode()
    assert page.count("Harbour Desk") == 3  # the list, and both dialogs


def test_models_are_ticked_and_a_provider_is_switched_and_deleted(
    alice: Actor, model_server: ModelServer
) -> None:
    address = f"{PAGES}{add_provider(alice, model_server)['id']}/"
    client = client_for(alice)
    page = client.post(f"{address}models", {"models": [], "further": "small"}, follow=True).content.decode()
    assert 'value="small" checked' in page and 'value="chat" checked' not in page
    assert "It is disabled." in client.post(f"{address}switch", follow=True).content.decode()
    enabled = client.post(f"{address}switch", {"enabled": "1"}, follow=True)
    assert "It is enabled." in enabled.content.decode()
    assert client.post(f"{address}delete", follow=True).status_code == 200
    assert client.get(address).status_code == 404


def test_members_and_outsiders_see_nothing(
    alice: Actor, bob: Actor, charlie: Actor, model_server: ModelServer
) -> None:
    address = f"{PAGES}{add_provider(alice, model_server)['id']}/"
    assert client_for(bob).get(PAGES).status_code == 403
    assert [client_for(charlie).get(address).status_code, client_for(charlie).get(f"{PAGES}prov_x/").status_code] == [404, 404]  # fmt: skip
