"""Staff come by command only, and go by command."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import StaffAction, User
from accounts.staff import Staff
from organisations.actors import Actor
from tests.fixtures.people import api_client_for, client_for
from tests.staff.conftest import browser_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_command_gives_a_role_and_the_log_keeps_it(alice: Actor) -> None:
    call_command("grant_staff", "alice@example.org", role="moderator")
    user = User.objects.get(email="alice@example.org")
    assert (user.is_staff, user.staff_role) == (True, "moderator")
    assert StaffAction.objects.get().action == "staff.granted"
    assert client_for(alice).get("/staff/").status_code == 200


def test_the_command_takes_it_back_and_signs_out(olga: Staff) -> None:
    browser = browser_of(olga)
    call_command("revoke_staff", "olga@example.org")
    assert "/login" in browser.get("/staff/").headers["Location"]
    assert User.objects.get(pk=olga.user.pk).staff_role == ""


def test_an_account_made_for_staff_is_an_operators(db: None) -> None:
    call_command("create_user", "root@example.org", staff=True)
    assert User.objects.get(email="root@example.org").staff_role == "operator"


def test_nobody_becomes_staff_who_is_not_there(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("grant_staff", "nobody@example.org", role="operator")


def test_signing_up_and_saving_ones_account_never_do(client: Client, alice: Actor) -> None:
    wishes = {"is_staff": "on", "staff_role": "operator", "is_superuser": "on"}
    client.post(
        "/accounts/signup/",
        {"email": "eve@example.org", "password1": "three unrelated words", "name": "Eve"} | wishes,
    )
    client_for(alice).post("/account/save", {"name": "Alice"} | wishes)
    answer = api_client_for(alice).patch("/api/v1/organisation", {"name": "X", "is_staff": True})
    assert answer.status_code == 400
    assert User.objects.filter(email="eve@example.org").exists()
    assert not User.objects.filter(is_staff=True).exists()
    assert not User.objects.exclude(staff_role="").exists()
