"""Approvals over REST and on their pages."""

import pytest

from assistants.building.actions.publish import publish
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.approvals import approvals
from organisations.permissions import Role
from tests.factories.building import make_assistant
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
PATH = "/api/v1/organisation/approvals"
PAGE = "/organisation/approvals/"


@pytest.fixture
def asking(alice: Actor) -> Actor:
    """Dora, a publisher of an organisation whose policy wants a second person's word."""
    set_policy(actor=alice, document={"publishing": {"directory_approval": True}})
    return add_member(alice.organisation, make_user("dora@example.org", name="Dora Lind"), Role.PUBLISHER)


@pytest.fixture
def waiting(asking: Actor) -> str:
    """The id of the request about Dora's assistant."""
    assistant = make_assistant(asking, "Tide Tables")
    publish(
        actor=asking, assistant_id=assistant.public_id, visibility="organisation", note="It knows the tides"
    )
    with tenant_scope(asking.organisation):
        return str(approvals(asking).get().public_id)


def test_a_list_by_state(alice: Actor, waiting: str) -> None:
    client = api_client_for(alice)
    assert [row["id"] for row in client.get(f"{PATH}?state=pending").json()["results"]] == [waiting]
    assert client.get(f"{PATH}?state=approved").json()["results"] == []
    assert client.get(f"{PATH}?state=perhaps").json()["errors"][0]["field"] == "state"


def test_one_with_what_it_would_bring(alice: Actor, waiting: str) -> None:
    body = api_client_for(alice).get(f"{PATH}/{waiting}").json()
    assert (body["state"], body["label"], body["requested_by"]["name"]) == (
        "pending",
        "Tide Tables v1",
        "Dora Lind",
    )
    facts = {fact["label"]: fact["text"] for fact in body["facts"]}
    assert body["reason"] == "It knows the tides"
    assert facts["Version"] == "1, made by Dora Lind"
    assert "Quote" in facts["Model"]
    assert "payload" not in body


def test_deciding(alice: Actor, asking: Actor, waiting: str) -> None:
    own = api_client_for(asking).post(f"{PATH}/{waiting}/decisions", {"decision": "approve"})
    assert (own.status_code, own.json()["code"]) == (403, "own_request")
    client = api_client_for(alice)
    unreasoned = client.post(f"{PATH}/{waiting}/decisions", {"decision": "reject"})
    assert (unreasoned.status_code, unreasoned.json()["errors"][0]["field"]) == (400, "reason")
    assert client.post(f"{PATH}/{waiting}/decisions", {"decision": "perhaps"}).status_code == 400
    done = client.post(f"{PATH}/{waiting}/decisions", {"decision": "approve", "reason": "Fine"})
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    again = client.post(f"{PATH}/{waiting}/decisions", {"decision": "approve"})
    assert (again.status_code, again.json()["code"]) == (409, "approval_closed")


def test_withdrawing(asking: Actor, waiting: str) -> None:
    answer = api_client_for(asking).post(f"{PATH}/{waiting}/withdraw")
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")


def test_outsiders_and_members_find_nothing(bob: Actor, charlie: Actor, waiting: str) -> None:
    for client in (api_client_for(charlie), api_client_for(bob)):
        assert client.get(f"{PATH}/{waiting}").status_code == 404
        assert client.post(f"{PATH}/{waiting}/withdraw").status_code == 404
    assert (
        api_client_for(charlie).post(f"{PATH}/{waiting}/decisions", {"decision": "approve"}).status_code
        == 404
    )
    assert api_client_for(bob).post(f"{PATH}/{waiting}/decisions", {"decision": "approve"}).status_code == 403


def test_the_inbox_counts_shows_and_decides(alice: Actor, waiting: str) -> None:
    browser = client_for(alice)
    page = browser.get(PAGE).content.decode()
    assert "Tide Tables v1" in page and "Dora Lind asks" in page
    assert '<span class="text-xs text-ink-3 num">1</span>' in page, "the tab counts what waits"
    detail = browser.get(f"{PAGE}{waiting}/").content.decode()
    assert "It knows the tides" in detail and "Approve" in detail
    refused = browser.post(f"{PAGE}{waiting}/decide", {"decision": "reject", "reason": ""})
    assert refused.status_code == 400 and "Say why" in refused.content.decode()
    assert browser.post(f"{PAGE}{waiting}/decide", {"decision": "approve"}).status_code == 302
    assert "Approved" in browser.get(PAGE).content.decode()


def test_whoever_asked_reads_that_somebody_else_decides(asking: Actor, waiting: str) -> None:
    browser = client_for(asking)
    detail = browser.get(f"{PAGE}{waiting}/").content.decode()
    assert "somebody else has to decide" in detail and 'value="approve"' not in detail
    assert browser.post(f"{PAGE}{waiting}/decide", {"decision": "approve"}).status_code == 403
    assert browser.post(f"{PAGE}{waiting}/withdraw").headers["Location"] == PAGE


def test_withdrawing_leads_back_only_into_the_house(asking: Actor, waiting: str) -> None:
    answer = client_for(asking).post(f"{PAGE}{waiting}/withdraw", {"back": "https://evil.example/"})
    assert answer.headers["Location"] == PAGE


def test_an_empty_inbox_says_what_it_is_for(alice: Actor) -> None:
    assert "Nothing waits for a decision" in client_for(alice).get(PAGE).content.decode()
    assert "Nothing in this state" in client_for(alice).get(f"{PAGE}?state=expired").content.decode()
