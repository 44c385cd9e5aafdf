"""Changing a member's role."""

import pytest

from kernel.errors import NotFound, PermissionDenied
from organisations.actions.change_member_role import change_member_role
from organisations.actors import Actor
from organisations.permissions import Role
from organisations.ranks import LastOwner, RoleAboveYours
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import audit_of, membership_id, role_of


def test_the_new_role_holds_at_once_for_keys_too(alice: Actor, bob: Actor) -> None:
    client = api_client_for(bob)
    assert "assistants:use" in client.get("/api/v1/me").json()["scopes"]
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.BILLING)
    assert client.get("/api/v1/me").json()["scopes"] == ["organisation:view"]
    assert audit_of(alice)[-1] == "member.role_changed"


def test_the_last_owner_stays_owner(alice: Actor) -> None:
    with pytest.raises(LastOwner):
        change_member_role(actor=alice, membership_id=membership_id(alice), role=Role.ADMIN)
    assert role_of(alice) == "owner"


def test_an_owner_steps_down_when_there_is_another(alice: Actor, bob: Actor) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.OWNER)
    change_member_role(actor=alice, membership_id=membership_id(alice), role=Role.MEMBER)
    assert role_of(alice) == "member"


@pytest.mark.parametrize("role", [Role.OWNER, Role.BILLING])
def test_an_administrator_gives_nobody_more_than_they_have(alice: Actor, bob: Actor, role: Role) -> None:
    administrator = add_member(alice.organisation, make_user(), Role.ADMIN)
    with pytest.raises(RoleAboveYours):
        change_member_role(actor=administrator, membership_id=membership_id(bob), role=role)


def test_an_administrator_does_not_touch_an_owner(alice: Actor) -> None:
    administrator = add_member(alice.organisation, make_user(), Role.ADMIN)
    with pytest.raises(RoleAboveYours):
        change_member_role(actor=administrator, membership_id=membership_id(alice), role=Role.MEMBER)


def test_a_member_may_not(bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        change_member_role(actor=bob, membership_id=membership_id(bob), role=Role.OWNER)


def test_another_organisations_member_is_not_found(alice: Actor, charlie: Actor) -> None:
    with pytest.raises(NotFound):
        change_member_role(actor=charlie, membership_id=membership_id(alice), role=Role.MEMBER)


def test_the_page_and_the_api_change_it(alice: Actor, bob: Actor) -> None:
    member = membership_id(bob)
    client_for(alice).post(f"/organisation/members/{member}/role", {"role": "builder"})
    assert role_of(bob) == "builder"
    answer = api_client_for(alice).patch(f"/api/v1/organisation/members/{member}", {"role": "publisher"})
    assert (answer.status_code, answer.json()["role"]) == (200, "publisher")


def test_an_unknown_role_is_refused(alice: Actor, bob: Actor) -> None:
    member = membership_id(bob)
    assert client_for(alice).post(f"/organisation/members/{member}/role", {"role": "king"}).status_code == 400
    assert (
        api_client_for(alice).patch(f"/api/v1/organisation/members/{member}", {"role": "king"}).status_code
        == 400
    )
    assert role_of(bob) == "member"
