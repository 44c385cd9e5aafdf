"""The page and the list of members."""

import pytest

from organisations.actors import Actor
from organisations.permissions import Role
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

PATH = "/organisation/members/"


def page(actor: Actor, **query: str) -> str:
    return client_for(actor).get(PATH, query).content.decode()


@pytest.mark.parametrize("words", ["reed", "BOB", "bob@exam", " Bob "])
def test_it_finds_people_by_name_and_address(alice: Actor, bob: Actor, words: str) -> None:
    found = page(alice, search=words)
    assert "bob@example.org" in found
    assert "alice@example.org" not in found.split("<table")[1].split("</table>")[0]


def test_nobody_found_says_what_to_try(alice: Actor) -> None:
    assert "Nobody found" in page(alice, search="zzz")


def test_outsiders_are_not_listed(alice: Actor, charlie: Actor) -> None:
    assert "charlie@example.org" not in page(alice)
    listed = api_client_for(alice).get("/api/v1/organisation/members").json()["results"]
    assert [row["user"]["email"] for row in listed] == ["alice@example.org"]


def test_it_goes_on_over_pages(alice: Actor) -> None:
    for _ in range(26):
        add_member(alice.organisation, make_user())
    first = page(alice)
    assert "27 people" in first
    assert 'rel="next"' in first


def test_a_member_sees_no_controls(alice: Actor, bob: Actor) -> None:
    shown = page(bob)
    assert '/role"' not in shown
    assert '/remove"' not in shown
    assert '/role"' in page(alice)
    assert '/remove"' in page(alice)


def test_an_administrator_gets_no_controls_over_an_owner(alice: Actor) -> None:
    administrator = add_member(alice.organisation, make_user(), Role.ADMIN)
    shown = page(administrator)
    assert "Role of Alice Moss" not in shown
    assert "Remove Alice Moss" not in shown


def test_names_are_shown_as_text(alice: Actor) -> None:
    add_member(alice.organisation, make_user(name="<script>alert(1)</script>"))
    shown = page(alice)
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown


def test_the_roles_page_marks_ones_own(bob: Actor) -> None:
    shown = client_for(bob).get("/organisation/roles/").content.decode()
    assert shown.count(">you<") == 1
