"""The audit log's page."""

from organisations.actions.invite_member import invite_member
from organisations.actions.rename_organisation import rename_organisation
from organisations.actors import Actor
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import client_for


def page(actor: Actor, **filters: str) -> str:
    return client_for(actor).get("/organisation/audit/", filters).content.decode()


def test_it_says_who_did_what(alice: Actor) -> None:
    rename_organisation(actor=alice, name="Harbour")
    shown = page(alice)
    assert "alice@example.org" in shown
    assert "<del>Harbour &amp; Pine</del>" in shown
    assert "<ins>Harbour</ins>" in shown


def test_it_can_be_filtered_by_action_and_person(alice: Actor) -> None:
    from organisations.permissions import Role

    emil = add_member(alice.organisation, make_user("emil@example.org"), Role.ADMIN)
    invite_member(actor=emil, email="dora@example.org")
    rename_organisation(actor=alice, name="Harbour")
    assert "<ins>Harbour</ins>" not in page(alice, action="invitation.sent")
    by_alice = page(alice, person="alice@example.org")
    assert "<ins>Harbour</ins>" in by_alice
    assert "dora@example.org" not in by_alice


def test_odd_filters_find_nothing(alice: Actor) -> None:
    assert "Nothing found" in page(alice, action="'; DROP", person="x" * 5000)


def test_it_goes_on_over_pages(alice: Actor) -> None:
    for number in range(55):
        rename_organisation(actor=alice, name=f"Name {number}")
    first = page(alice)
    assert first.count("<tr>") == 51
    assert 'rel="next"' in first


def test_another_organisations_lines_are_not_seen(alice: Actor, charlie: Actor) -> None:
    rename_organisation(actor=alice, name="Harbour")
    assert "alice@example.org" not in page(charlie)
