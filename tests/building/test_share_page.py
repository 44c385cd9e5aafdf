"""The share page of an organisation with many people: pages, a search among holders, and finding whom to give it to."""

import re

import pytest

from accounts.models import User
from assistants.building.actions.create_assistant import create_assistant
from assistants.building.queries import RESOURCE
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import Grant, Group, Membership
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS, GROUPS = 10_000, 2_000


@pytest.fixture
def assistant_id(alice: Actor) -> str:
    return create_assistant(actor=alice, name="Plans").public_id


def fill(actor: Actor, people: int, groups: int = 0) -> None:
    """Members `Person 00001` and groups `Team 0001`, written at once."""
    users = User.objects.bulk_create(
        User(email=f"p{number:05}@many.example", name=f"Person {number:05}") for number in range(people)
    )
    with tenant_scope(actor.organisation):
        organisation = actor.organisation
        Membership.unscoped.bulk_create(Membership(organisation=organisation, user=user) for user in users)
        Group.unscoped.bulk_create(
            Group(organisation=organisation, name=f"Team {number:04}") for number in range(groups)
        )


def give_everybody(actor: Actor, assistant_id: str) -> None:
    with tenant_scope(actor.organisation):
        rows = Membership.objects.for_organisation(actor.organisation).exclude(pk=actor.membership_id)
        Grant.unscoped.bulk_create(
            Grant(
                organisation=actor.organisation,
                resource_type=RESOURCE,
                resource_id=assistant_id,
                membership=row,
                level="use",
            )
            for row in rows
        )


def text(actor: Actor, path: str) -> str:
    answer = client_for(actor).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def names(page: str) -> list[str]:
    return re.findall(r'font-medium break-words">([^<]+)<', page)


def walk(actor: Actor, path: str) -> list[list[str]]:
    """The names on each page, from the first to the last."""
    found, here = [], path
    while here:
        page = text(actor, here)
        found.append(names(page))
        following = re.search(r'rel="next" href="([^"]+)"', page)
        here = path + following[1].replace("&amp;", "&") if following else ""
    return found


def test_holders_come_in_pages_owners_first_and_each_once(alice: Actor, assistant_id: str) -> None:
    fill(alice, 60)
    give_everybody(alice, assistant_id)
    pages = walk(alice, f"/build/{assistant_id}/share")
    assert [len(page) for page in pages] == [25, 25, 11]
    assert pages[0][0] == "Alice Moss"
    assert len({name for page in pages for name in page}) == 61


def test_a_search_among_holders_finds_by_name_and_address(alice: Actor, assistant_id: str) -> None:
    fill(alice, 60)
    give_everybody(alice, assistant_id)
    path = f"/build/{assistant_id}/share"
    assert names(text(alice, f"{path}?search=person+00042")) == ["Person 00042"]
    assert names(text(alice, f"{path}?search=P00007@many")) == ["Person 00007"]
    assert "None of them is called that." in text(alice, f"{path}?search=zebra")


def test_a_searchs_pages_keep_the_search(alice: Actor, assistant_id: str) -> None:
    fill(alice, 60)
    give_everybody(alice, assistant_id)
    page = text(alice, f"/build/{assistant_id}/share?search=Person")
    assert re.search(r'rel="next" href="\?search=Person&amp;cursor=', page)


def test_anybody_among_very_many_is_found(alice: Actor, assistant_id: str) -> None:
    fill(alice, MEMBERS, GROUPS)
    find = f"/build/{assistant_id}/share/find?find="
    everybody = text(alice, f"{find}e")
    assert len(names(everybody)) == 20
    assert {name.split()[0] for name in names(everybody)} == {"Person", "Team"}
    assert "type more letters" in everybody
    for words, name in (
        ("person 09999", "Person 09999"),
        ("p07431@many.example", "Person 07431"),
        ("team 1999", "Team 1999"),
    ):
        page = text(alice, find + words.replace(" ", "+"))
        assert names(page) == [name]
        assert "type more letters" not in page


def test_what_begins_so_comes_before_what_only_has_it(alice: Actor, assistant_id: str) -> None:
    for number in range(25):
        add_member(alice.organisation, make_user(f"a{number}@many.example", name=f"A Reed {number:02}"))
    add_member(alice.organisation, make_user("z@many.example", name="Reed"))
    assert names(text(alice, f"/build/{assistant_id}/share/find?find=reed"))[0] == "Reed"


def test_who_has_it_is_not_offered_again(alice: Actor, assistant_id: str) -> None:
    fill(alice, 3)
    give_everybody(alice, assistant_id)
    assert "they have it already" in text(alice, f"/build/{assistant_id}/share/find?find=person")


def test_without_scripts_the_page_itself_finds(alice: Actor, assistant_id: str) -> None:
    fill(alice, 30, 1)
    page = text(alice, f"/build/{assistant_id}/share?find=person+00003")
    assert names(page) == ["Alice Moss", "Person 00003"]
    assert 'name="holder" value="mem_' in page


def test_who_may_not_share_finds_nobody(alice: Actor, bob: Actor, charlie: Actor, assistant_id: str) -> None:
    for actor in (bob, charlie):
        assert client_for(actor).get(f"/build/{assistant_id}/share/find?find=a").status_code in (403, 404)


def test_the_list_over_rest_comes_in_pages_too(alice: Actor, assistant_id: str) -> None:
    fill(alice, 40)
    give_everybody(alice, assistant_id)
    client = api_client_for(alice)
    path = f"/api/v1/organisation/grants?assistant={assistant_id}&limit=30"
    first = client.get(path).json()
    second = client.get(f"{path}&cursor={first['next']}").json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (30, 11, None)
