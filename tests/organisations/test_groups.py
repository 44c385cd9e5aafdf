"""Groups of members, for giving things to many at once."""

import pytest

from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.actions.remove_from_group import remove_from_group
from organisations.actions.remove_member import remove_member
from organisations.actors import Actor
from organisations.models import Group, Membership
from organisations.queries import group_members
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


def membership_id(actor: Actor) -> str:
    with tenant_scope(actor.organisation):
        return Membership.objects.for_organisation(actor.organisation).get(pk=actor.membership_id).public_id


def names(actor: Actor, group: Group) -> list[str]:
    with tenant_scope(actor.organisation):
        return sorted(member.user.email for member in group_members(group))


@pytest.fixture
def group(alice: Actor) -> Group:
    return create_group(actor=alice, name="Workshop", description="Those at the bench")


def test_members_come_and_go(alice: Actor, bob: Actor, group: Group) -> None:
    wanted = [membership_id(bob), membership_id(alice)]
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=wanted)
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=wanted)
    assert names(alice, group) == ["alice@example.org", "bob@example.org"]
    remove_from_group(actor=alice, group_id=group.public_id, membership_id=membership_id(bob))
    assert names(alice, group) == ["alice@example.org"]
    with pytest.raises(NotFound):
        remove_from_group(actor=alice, group_id=group.public_id, membership_id=membership_id(bob))


def test_who_leaves_the_organisation_leaves_its_groups(alice: Actor, bob: Actor, group: Group) -> None:
    add_to_group(actor=alice, group_id=group.public_id, membership_ids=[membership_id(bob)])
    remove_member(actor=alice, membership_id=membership_id(bob))
    assert names(alice, group) == []


def test_one_wrong_member_adds_nobody(alice: Actor, bob: Actor, charlie: Actor, group: Group) -> None:
    with pytest.raises(NotFound):
        add_to_group(
            actor=alice, group_id=group.public_id, membership_ids=[membership_id(bob), membership_id(charlie)]
        )
    assert names(alice, group) == []


def test_a_name_is_there_once(alice: Actor, charlie: Actor, group: Group) -> None:
    with pytest.raises(InvalidInput):
        create_group(actor=alice, name="WORKSHOP")
    create_group(actor=charlie, name="Workshop")


def test_a_member_may_look_and_not_change(bob: Actor, group: Group) -> None:
    with pytest.raises(PermissionDenied):
        create_group(actor=bob, name="Mine")
    browser = client_for(bob)
    assert browser.get(f"/organisation/groups/{group.public_id}").status_code == 200
    assert browser.post(f"/organisation/groups/{group.public_id}/delete").status_code == 403


def test_an_outsider_and_a_missing_id_get_the_same_answer(charlie: Actor, group: Group) -> None:
    client = api_client_for(charlie)
    for tail in ("", "/members"):
        answers = [
            client.get(f"/api/v1/organisation/groups/{name}{tail}") for name in (group.public_id, "grp_none")
        ]
        assert [answer.status_code for answer in answers] == [404, 404]
    assert client.delete(f"/api/v1/organisation/groups/{group.public_id}").status_code == 404


def test_the_same_over_rest(alice: Actor, bob: Actor) -> None:
    client = api_client_for(alice)
    made = client.post("/api/v1/organisation/groups", {"name": "Night shift"}).json()
    path = f"/api/v1/organisation/groups/{made['id']}"
    assert client.post(f"{path}/members", {"members": [membership_id(bob)]}).json()["members"] == 1
    listed = client.get(f"{path}/members?search=bob").json()["results"]
    assert [row["user"]["email"] for row in listed] == ["bob@example.org"]
    assert client.patch(path, {"name": "Late shift"}).json()["name"] == "Late shift"
    assert client.delete(f"{path}/members/{membership_id(bob)}").status_code == 204
    assert client.delete(path).status_code == 204
    assert client.get("/api/v1/organisation/groups").json()["results"] == []


def test_the_pages(alice: Actor, bob: Actor, group: Group) -> None:
    browser = client_for(alice)
    path = f"/organisation/groups/{group.public_id}"
    assert b"bob@example.org" in browser.get(f"{path}?find=bob").content
    browser.post(f"{path}/add", {"members": [membership_id(bob)]})
    assert b"bob@example.org" in browser.get(path).content
    kept = browser.post("/organisation/groups/create", {"name": "", "description": "What I typed"})
    assert kept.status_code == 400
    assert b"What I typed" in kept.content
    browser.post(f"{path}/delete")
    assert browser.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/organisation/groups/", "/organisation/groups/{group}"])
def test_a_page_asks_the_same_number_of_questions_whatever_it_shows(
    alice: Actor, bob: Actor, group: Group, path: str, django_assert_num_queries
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, address = client_for(alice), path.format(group=group.public_id)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    asked()
    few = asked()
    add_to_group(
        actor=alice, group_id=group.public_id, membership_ids=[membership_id(bob), membership_id(alice)]
    )
    for number in range(5):
        create_group(actor=alice, name=f"Group {number}")
    assert asked() == few
