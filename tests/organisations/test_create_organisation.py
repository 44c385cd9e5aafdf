"""Creating an organisation."""

import pytest

from kernel.errors import InvalidInput, NotAuthenticated
from organisations.actions.create_organisation import create_organisation
from organisations.actors import Actor
from organisations.permissions import Role
from organisations.queries import anonymous_actor
from tests.factories.organisations import make_actor
from tests.fixtures.people import client_for
from tests.organisations.helpers import audit_of


def test_whoever_creates_it_owns_it(bob: Actor) -> None:
    organisation = create_organisation(actor=bob, name="  Night   school ")
    made = make_actor(bob.user, organisation)
    assert (made.organisation.name, made.role) == ("Night school", Role.OWNER)
    assert audit_of(made) == ["organisation.created"]


def test_two_of_one_name_have_different_addresses(alice: Actor, charlie: Actor) -> None:
    first = create_organisation(actor=alice, name="城南书坊")
    second = create_organisation(actor=charlie, name="城南书坊")
    assert first.slug != second.slug


def test_a_stranger_cannot(db: None) -> None:
    with pytest.raises(NotAuthenticated):
        create_organisation(actor=anonymous_actor(), name="Ghosts")


@pytest.mark.parametrize("name", ["", "   ", "\x00\x07", "x" * 121])
def test_a_name_that_cannot_be_shown_is_refused(alice: Actor, name: str) -> None:
    with pytest.raises(InvalidInput):
        create_organisation(actor=alice, name=name)


def test_the_page_leads_into_the_new_organisation(bob: Actor) -> None:
    browser = client_for(bob)
    answer = browser.post("/organisations/create", {"name": "Night school"}, follow=True)
    assert answer.redirect_chain[-1][0] == "/organisation/invitations/"
    assert browser.get("/api/v1/me").json()["organisation"]["name"] == "Night school"


def test_an_empty_name_shows_the_form_again(bob: Actor) -> None:
    answer = client_for(bob).post("/organisations/create", {"name": " "})
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
