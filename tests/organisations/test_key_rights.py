"""What a key is bound to: assistants, a budget, an end; and that no key gives away more than it has."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.errors import InvalidInput
from organisations.actions.create_api_key import create_api_key
from organisations.actors import Actor
from organisations.permissions import Permission
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.test_create_api_key import with_key

KEYS = "/api/v1/organisation/keys"


def test_it_is_bound_to_assistants_that_are_there(alice: Actor, charlie: Actor) -> None:
    desk, other = make_assistant(alice, name="Desk"), make_assistant(alice, name="Other")
    foreign = make_assistant(charlie)
    client = api_client_for(alice)
    wanted = {"name": "Desk only", "scopes": ["assistants:use", "assistants:build"]}
    for unknown in (foreign.public_id, "asst_nothing"):
        answer = client.post(KEYS, {**wanted, "assistants": [unknown]})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "unknown_assistant")
    made = client.post(KEYS, {**wanted, "assistants": [desk.public_id]}).json()
    assert made["assistants"] == [desk.public_id]
    bound = with_key(made["key"])
    assert bound.get(f"/api/v1/assistants/{desk.public_id}").status_code == 200
    assert bound.get(f"/api/v1/assistants/{other.public_id}").status_code == 404


def test_a_bound_key_makes_only_bound_keys(alice: Actor) -> None:
    desk, other = make_assistant(alice, name="Desk"), make_assistant(alice, name="Other")
    scopes = [Permission.MANAGE_KEYS, Permission.USE_ASSISTANTS, Permission.BUILD_ASSISTANTS]
    parent = create_api_key(actor=alice, name="Parent", scopes=scopes, assistants=[desk.public_id])
    client = with_key(parent.secret)
    child = {"name": "Child", "scopes": ["assistants:use"]}
    assert client.post(KEYS, child).json()["assistants"] == [desk.public_id]
    assert client.post(KEYS, {**child, "assistants": [other.public_id]}).status_code == 400


def test_a_budgeted_key_makes_only_keys_that_share_its_budget(alice: Actor) -> None:
    scopes = [Permission.MANAGE_KEYS, Permission.USE_ASSISTANTS]
    parent = create_api_key(actor=alice, name="Parent", scopes=scopes, monthly_budget_micro=5_000)
    client = with_key(parent.secret)
    child = {"name": "Child", "scopes": ["assistants:use"]}
    assert client.post(KEYS, child).json()["monthly_budget_micro"] == 5_000
    assert client.post(KEYS, {**child, "monthly_budget_micro": 9_000}).status_code == 400


@pytest.mark.parametrize("budget", [0, -1, 10**16])
def test_a_budget_is_above_zero(alice: Actor, budget: int) -> None:
    with pytest.raises(InvalidInput):
        create_api_key(actor=alice, name="X", scopes=alice.permissions, monthly_budget_micro=budget)


def test_the_page_offers_all_of_it(alice: Actor) -> None:
    desk = make_assistant(alice, name="Desk")
    browser = client_for(alice)
    assert "Desk" in browser.get("/organisation/keys/new").content.decode()
    form = {
        "name": "Desk only",
        "scopes": ["assistants:use"],
        "expires": "30",
        "assistants": [desk.public_id],
        "budget": "12.50",
    }
    assert browser.post("/organisation/keys/create", form).status_code == 201
    page = browser.get("/organisation/keys/").content.decode()
    assert "€12.50" in page and "1 assistant" in page


def test_a_budget_that_is_no_number_is_told(alice: Actor) -> None:
    form = {"name": "X", "scopes": ["assistants:use"], "budget": "NaN"}
    assert client_for(alice).post("/organisation/keys/create", form).status_code == 400


def test_the_end_stays_in_the_future(alice: Actor) -> None:
    with pytest.raises(InvalidInput):
        create_api_key(
            actor=alice, name="X", scopes=alice.permissions, expires_at=timezone.now() - timedelta(seconds=1)
        )
