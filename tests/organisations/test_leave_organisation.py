"""Leaving an organisation."""

import pytest

from organisations.actions.leave_organisation import PersonalStays, leave_organisation
from organisations.actors import Actor
from organisations.ranks import LastOwner
from tests.factories.organisations import make_actor
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import audit_of, belongs


def test_a_member_leaves_and_their_keys_end(alice: Actor, bob: Actor) -> None:
    client = api_client_for(bob)
    leave_organisation(actor=bob)
    assert not belongs(bob)
    assert client.get("/api/v1/me").status_code == 401
    assert audit_of(alice)[-1] == "member.left"


def test_the_last_owner_cannot(alice: Actor) -> None:
    with pytest.raises(LastOwner, match="somebody else an owner"):
        leave_organisation(actor=alice)


def test_nobody_leaves_their_personal_workspace(alice: Actor) -> None:
    with pytest.raises(PersonalStays):
        leave_organisation(actor=make_actor(alice.user))


def test_the_page_leads_home_to_the_personal_workspace(bob: Actor) -> None:
    browser = client_for(bob)
    assert browser.post("/organisation/members/leave").status_code == 302
    assert browser.get("/api/v1/me").json()["organisation"]["kind"] == "personal"


def test_the_last_owner_reads_what_to_do(alice: Actor) -> None:
    answer = client_for(alice).post("/organisation/members/leave")
    assert (answer.status_code, "somebody else an owner" in answer.content.decode()) == (409, True)
