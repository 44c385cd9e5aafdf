"""A role of the organisation's own is a set of permissions, and never more than its maker has."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actions.change_member_role import change_member_role
from organisations.actions.create_custom_role import create_custom_role
from organisations.actions.delete_custom_role import RoleInUse, delete_custom_role
from organisations.actions.invite_member import invite_member
from organisations.actions.update_custom_role import update_custom_role
from organisations.actors import Actor
from organisations.models import CustomRole, Membership
from organisations.permissions import Permission, Role
from organisations.queries import memberships_of
from organisations.ranks import RoleAboveYours
from organisations.roles import role_choices
from tests.factories.organisations import add_member, make_actor, make_user
from tests.fixtures.people import api_client_for, api_key_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
AUDITOR = [Permission.VIEW_ORGANISATION, Permission.VIEW_AUDIT]


def membership_id(actor: Actor) -> str:
    with tenant_scope(actor.organisation):
        return Membership.objects.for_organisation(actor.organisation).get(pk=actor.membership_id).public_id


@pytest.fixture
def auditor(alice: Actor) -> CustomRole:
    return create_custom_role(actor=alice, name="Auditor", description="Reads the log", permissions=AUDITOR)


def test_who_has_it_may_do_just_what_it_says(alice: Actor, bob: Actor, auditor: CustomRole) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=auditor.public_id)
    again = make_actor(bob.user, alice.organisation)
    assert again.permissions == frozenset(AUDITOR)
    assert again.role_label == "Auditor"
    assert client_for(again).get("/organisation/audit/").status_code == 200
    assert client_for(again).get("/build/").status_code == 403


def test_who_has_none_does_not_pay_for_it(bob: Actor) -> None:
    assert bob.user
    with CaptureQueriesContext(connection) as asked:
        memberships_of(bob.user)
    assert not [one for one in asked if "customrole" in one["sql"]]


def test_its_keys_hold_no_more(alice: Actor, bob: Actor, auditor: CustomRole) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=auditor.public_id)
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.ADMIN)
    client = api_client_for(make_actor(bob.user, alice.organisation))
    change_member_role(actor=alice, membership_id=membership_id(bob), role=auditor.public_id)
    scopes = client.get("/api/v1/me").json()["scopes"]
    assert sorted(scopes) == sorted(permission.value for permission in AUDITOR)


def test_a_change_holds_from_the_next_request_on(alice: Actor, bob: Actor, auditor: CustomRole) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=auditor.public_id)
    update_custom_role(
        actor=alice, role_id=auditor.public_id, permissions=[*AUDITOR, Permission.BUILD_ASSISTANTS]
    )
    assert client_for(make_actor(bob.user, alice.organisation)).get("/build/").status_code == 200


def test_nobody_makes_or_changes_a_role_above_their_own(alice: Actor) -> None:
    admin = add_member(alice.organisation, make_user("admin@example.org"), Role.ADMIN)
    with pytest.raises(RoleAboveYours):
        create_custom_role(actor=admin, name="Bursar", permissions=[Permission.MANAGE_BILLING])
    high = create_custom_role(actor=alice, name="Bursar", permissions=[Permission.MANAGE_BILLING])
    with pytest.raises(RoleAboveYours):
        update_custom_role(actor=admin, role_id=high.public_id, permissions=AUDITOR)
    with pytest.raises(RoleAboveYours):
        delete_custom_role(actor=admin, role_id=high.public_id)
    with pytest.raises(RoleAboveYours):
        invite_member(actor=admin, email="dora@example.org", role=high.public_id)


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.BUILDER, Role.MEMBER, Role.BILLING])
def test_others_may_not(alice: Actor, role: Role) -> None:
    actor = add_member(alice.organisation, make_user(), role)
    with pytest.raises(PermissionDenied):
        create_custom_role(actor=actor, name="Mine", permissions=[Permission.USE_ASSISTANTS])


def test_a_name_is_there_once_and_something_is_allowed(alice: Actor, auditor: CustomRole) -> None:
    with pytest.raises(InvalidInput) as refused:
        create_custom_role(actor=alice, name="auditor", permissions=AUDITOR)
    assert refused.value.errors[0].code == "taken"
    with pytest.raises(InvalidInput):
        create_custom_role(actor=alice, name="Nobody", permissions=[])


def test_a_role_that_somebody_has_stays(alice: Actor, bob: Actor, auditor: CustomRole) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=auditor.public_id)
    with pytest.raises(RoleInUse):
        delete_custom_role(actor=alice, role_id=auditor.public_id)
    change_member_role(actor=alice, membership_id=membership_id(bob), role=Role.MEMBER)
    delete_custom_role(actor=alice, role_id=auditor.public_id)
    with tenant_scope(alice.organisation):
        assert [choice.key for choice in role_choices(alice.organisation)] == [role.value for role in Role]


def test_an_outsider_and_a_missing_id_get_the_same_answer(
    alice: Actor, charlie: Actor, auditor: CustomRole
) -> None:
    client = api_client_for(charlie)
    answers = [client.get(f"/api/v1/organisation/roles/{name}") for name in (auditor.public_id, "role_none")]
    assert [answer.status_code for answer in answers] == [404, 404]
    bodies = [{**answer.json(), "request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1]
    with pytest.raises(NotFound):
        update_custom_role(actor=charlie, role_id=auditor.public_id, name="Mine")


def test_the_same_over_rest(alice: Actor) -> None:
    client = api_client_for(alice)
    made = client.post("/api/v1/organisation/roles", {"name": "Reader", "permissions": ["organisation:view"]})
    assert made.status_code == 201
    role = made.json()["id"]
    changed = client.patch(f"/api/v1/organisation/roles/{role}", {"description": "Looks around"})
    assert changed.json()["description"] == "Looks around"
    listed = client.get("/api/v1/organisation/roles").json()["results"]
    assert [row["id"] for row in listed if row["custom"]] == [role]
    assert client.delete(f"/api/v1/organisation/roles/{role}").status_code == 204
    unknown = client.post("/api/v1/organisation/roles", {"name": "X", "permissions": ["everything"]})
    assert unknown.status_code == 400


def test_the_pages(alice: Actor, bob: Actor) -> None:
    browser = client_for(alice)
    assert browser.get("/organisation/roles/new").status_code == 200
    refused = browser.post("/organisation/roles/new", {"name": "Reader"})
    assert refused.status_code == 400
    assert b"Reader" in refused.content
    browser.post("/organisation/roles/new", {"name": "Reader", "permissions": ["organisation:view"]})
    assert b"Reader" in browser.get("/organisation/roles/").content
    assert client_for(bob).get("/organisation/roles/new").status_code == 403


def test_a_key_cannot_outgrow_a_role(alice: Actor, bob: Actor, auditor: CustomRole) -> None:
    change_member_role(actor=alice, membership_id=membership_id(bob), role=auditor.public_id)
    with pytest.raises(PermissionDenied):
        api_key_for(make_actor(bob.user, alice.organisation))
