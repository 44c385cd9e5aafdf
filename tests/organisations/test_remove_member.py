"""Removing a member."""

import pytest

from kernel.errors import NotFound, PermissionDenied
from organisations.actions.change_member_role import change_member_role
from organisations.actions.remove_member import remove_member
from organisations.actors import Actor
from organisations.permissions import Role
from organisations.ranks import LastOwner, RoleAboveYours
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import audit_of, belongs, membership_id


def test_sessions_and_keys_stop_reaching_the_organisation(alice: Actor, bob: Actor) -> None:
    browser, client = client_for(bob), api_client_for(bob)
    assert client.get("/api/v1/me").status_code == 200
    remove_member(actor=alice, membership_id=membership_id(bob))
    assert client.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/me").json()["organisation"]["kind"] == "personal"


def test_old_keys_stay_dead_when_the_person_comes_back(alice: Actor, bob: Actor) -> None:
    client = api_client_for(bob)
    remove_member(actor=alice, membership_id=membership_id(bob))
    add_member(alice.organisation, bob.user)
    assert client.get("/api/v1/me").status_code == 401


def test_it_is_noted_who_did_it(alice: Actor, bob: Actor) -> None:
    remove_member(actor=alice, membership_id=membership_id(bob))
    assert audit_of(alice)[-1] == "member.removed"


def test_the_last_owner_cannot_be_removed(alice: Actor) -> None:
    with pytest.raises(LastOwner):
        remove_member(actor=alice, membership_id=membership_id(alice))
    assert belongs(alice)


def test_an_administrator_does_not_remove_an_owner(alice: Actor) -> None:
    administrator = add_member(alice.organisation, make_user(), Role.ADMIN)
    with pytest.raises(RoleAboveYours):
        remove_member(actor=administrator, membership_id=membership_id(alice))


def test_one_of_two_owners_can_be(alice: Actor, bob: Actor) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.OWNER)
    remove_member(actor=alice, membership_id=membership_id(bob))
    assert not belongs(bob)


def test_a_member_may_not(alice: Actor, bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        remove_member(actor=bob, membership_id=membership_id(alice))
    assert client_for(bob).post(f"/organisation/members/{membership_id(alice)}/remove").status_code == 403


def test_an_outsider_finds_nobody(bob: Actor, charlie: Actor) -> None:
    with pytest.raises(NotFound):
        remove_member(actor=charlie, membership_id=membership_id(bob))
    answer = api_client_for(charlie).delete(f"/api/v1/organisation/members/{membership_id(bob)}")
    assert answer.status_code == 404
    assert belongs(bob)


def test_the_page_and_the_api_remove(alice: Actor, bob: Actor) -> None:
    emil = add_member(alice.organisation, make_user("emil@example.org"))
    assert client_for(alice).post(f"/organisation/members/{membership_id(bob)}/remove").status_code == 302
    assert (
        api_client_for(alice).delete(f"/api/v1/organisation/members/{membership_id(emil)}").status_code == 204
    )
    assert not belongs(bob)
    assert not belongs(emil)
