"""Every page of the organisation opens for whom it is meant, and for nobody else."""

import pytest
from django.test import Client
from django.urls import reverse

from organisations.actions.create_api_key import create_api_key
from organisations.actions.invite_member import invite_member
from organisations.actors import Actor
from organisations.permissions import Permission
from tests.factories.organisations import make_actor
from tests.fixtures.people import client_for

EVERYBODY = [
    "overview",
    "member_list",
    "role_list",
    "key_list",
    "key_new",
    "settings",
    "organisation_new",
    "switcher",
]
ADMINISTRATORS = ["invitation_list", "audit_list"]


@pytest.mark.parametrize("name", EVERYBODY + ADMINISTRATORS)
def test_an_owner_opens_every_page(alice: Actor, bob: Actor, name: str) -> None:
    invite_member(actor=alice, email="dora@example.org")
    create_api_key(actor=alice, name="Nightly", scopes=[Permission.USE_ASSISTANTS])
    answer = client_for(alice).get(reverse(f"organisations:{name}"))
    assert answer.status_code == 200
    assert "style=" not in answer.content.decode()


@pytest.mark.parametrize("name", EVERYBODY)
def test_a_member_opens_the_pages_for_everybody(bob: Actor, name: str) -> None:
    assert client_for(bob).get(reverse(f"organisations:{name}")).status_code == 200


@pytest.mark.parametrize("name", ADMINISTRATORS)
def test_a_member_is_refused_where_others_are_looked_after(bob: Actor, name: str) -> None:
    assert client_for(bob).get(reverse(f"organisations:{name}")).status_code == 403


@pytest.mark.parametrize("name", EVERYBODY + ADMINISTRATORS)
def test_strangers_are_sent_to_sign_in_and_back(db: None, name: str) -> None:
    path = reverse(f"organisations:{name}")
    answer = Client().get(path)
    assert (answer.status_code, answer.url) == (302, f"{reverse('account_login')}?next={path}")


def test_a_stranger_on_a_fragment_is_sent_back_to_the_page_around_it(db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/a/guide?x=1"}
    answer = Client().get(reverse("organisations:switcher"), headers=headers)
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=/a/guide%3Fx%3D1"


def test_members_of_a_personal_workspace_read_why_they_are_alone(alice: Actor) -> None:
    assert alice.user is not None
    personal = client_for(make_actor(alice.user))
    assert "personal workspace" in personal.get(reverse("organisations:member_list")).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_members(
    alice: Actor, bob: Actor, django_assert_max_num_queries: object
) -> None:
    from tests.factories.organisations import add_member, make_user

    for _ in range(12):
        add_member(alice.organisation, make_user())
    client = client_for(alice)
    client.get(reverse("organisations:member_list"))
    with django_assert_max_num_queries(22):  # type: ignore[operator]
        client.get(reverse("organisations:member_list"))
