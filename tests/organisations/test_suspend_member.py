"""Keeping a member out for a while."""

import pytest

from kernel.errors import NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actions.remove_member import remove_member
from organisations.actions.resume_member import resume_member
from organisations.actions.suspend_member import NotYourself, suspend_member
from organisations.actors import Actor
from organisations.models import AuditEntry
from organisations.permissions import Role
from organisations.ranks import LastOwner, RoleAboveYours
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import membership_id


def test_pages_and_keys_end(alice: Actor, bob: Actor) -> None:
    browser, machine = client_for(bob), api_client_for(bob)
    suspend_member(actor=alice, membership_id=membership_id(bob))
    # The session goes on in the person's own organisation; nothing of this one is left.
    assert browser.get("/api/v1/me").json()["organisation"]["kind"] == "personal"
    assert machine.get("/api/v1/organisation").status_code == 401


def test_resuming_brings_both_back(alice: Actor, bob: Actor) -> None:
    browser, machine = client_for(bob), api_client_for(bob)
    member = membership_id(bob)
    suspend_member(actor=alice, membership_id=member)
    resume_member(actor=alice, membership_id=member)
    assert browser.get("/api/v1/organisation").json()["id"] == alice.organisation.public_id
    assert machine.get("/api/v1/organisation").status_code == 200


def test_twice_changes_nothing(alice: Actor, bob: Actor) -> None:
    member = membership_id(bob)
    first = suspend_member(actor=alice, membership_id=member).suspended_at
    assert suspend_member(actor=alice, membership_id=member).suspended_at == first
    resume_member(actor=alice, membership_id=member)
    resume_member(actor=alice, membership_id=member)
    with tenant_scope(alice.organisation):
        rows = AuditEntry.objects.for_organisation(alice.organisation).filter(action__startswith="member.")
        assert sorted(rows.values_list("action", flat=True)) == ["member.resumed", "member.suspended"]


def test_a_member_may_not(alice: Actor, bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        suspend_member(actor=bob, membership_id=membership_id(alice))


def test_nobody_suspends_a_role_above_their_own(alice: Actor) -> None:
    admin = add_member(alice.organisation, make_user("dora@example.org"), Role.ADMIN)
    with pytest.raises(RoleAboveYours):
        suspend_member(actor=admin, membership_id=membership_id(alice))


def test_not_oneself(alice: Actor) -> None:
    with pytest.raises(NotYourself):
        suspend_member(actor=alice, membership_id=membership_id(alice))


def test_one_active_owner_always_stays(alice: Actor) -> None:
    second = add_member(alice.organisation, make_user("dora@example.org"), Role.OWNER)
    suspend_member(actor=alice, membership_id=membership_id(second))
    with pytest.raises(LastOwner):
        remove_member(actor=alice, membership_id=membership_id(alice))
    remove_member(actor=alice, membership_id=membership_id(second))


def test_an_outsiders_and_a_missing_id_read_alike(alice: Actor, charlie: Actor) -> None:
    for member in (membership_id(charlie), "mem_nothing"):
        with pytest.raises(NotFound):
            suspend_member(actor=alice, membership_id=member)


def test_the_api_and_the_page(alice: Actor, bob: Actor) -> None:
    member, machine, browser = membership_id(bob), api_client_for(alice), client_for(alice)
    assert machine.post(f"/api/v1/organisation/members/{member}/suspend").json()["suspended_at"]
    assert "suspended" in browser.get("/organisation/members/").content.decode()
    assert browser.post(f"/organisation/members/{member}/resume").status_code == 302
    assert machine.post(f"/api/v1/organisation/members/{member}/resume").json()["suspended_at"] is None
    assert browser.post(f"/organisation/members/{member}/suspend").status_code == 302
