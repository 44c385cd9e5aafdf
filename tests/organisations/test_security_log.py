"""Getting in, and what belongs to it, leaves a line in the log of the organisation that somebody acts in."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actions.touch_api_key import forget_touches
from organisations.actors import Actor
from organisations.models import ApiKey, AuditEntry
from tests.factories.organisations import make_actor, make_organisation, make_user
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import audit_of

PASSWORD = "three unrelated words"


@pytest.fixture
def dora(db: None) -> Actor:
    """Somebody with a password, acting in her personal organisation."""
    return make_actor(make_user("dora@example.org", password=PASSWORD))


def sign_in(password: str = PASSWORD, email: str = "dora@example.org") -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR="203.0.113.9")
    return client


def entries(actor: Actor, action: str) -> list[AuditEntry]:
    with tenant_scope(actor.organisation):
        return list(
            AuditEntry.objects.for_organisation(actor.organisation).filter(action=action).order_by("id")
        )


def test_signing_in_and_out(dora: Actor) -> None:
    client = sign_in()
    client.post("/accounts/logout/")
    assert [a for a in audit_of(dora) if a.startswith("account.")] == [
        "account.signed_in",
        "account.signed_out",
    ]
    (entry,) = entries(dora, "account.signed_in")
    assert (entry.ip, entry.actor_label) == ("203.0.113.9", "dora@example.org")
    assert entry.request_id


def test_failing_to(dora: Actor) -> None:
    sign_in(password="wrong")
    assert len(entries(dora, "account.sign_in_failed")) == 1
    assert not entries(dora, "account.signed_in")


def test_failing_to_as_nobody_leaves_nothing(dora: Actor) -> None:
    sign_in(email="nobody@example.org")
    assert not entries(dora, "account.sign_in_failed")


def test_it_stands_where_the_person_acted_last(dora: Actor) -> None:
    assert dora.user is not None
    team = make_organisation(dora.user, "Team")
    dora.user.last_organisation_id = team.organisation.pk
    dora.user.save()
    sign_in()
    assert len(entries(team, "account.signed_in")) == 1
    assert not entries(dora, "account.signed_in")


def test_changing_the_password(dora: Actor) -> None:
    new = "four other unrelated words"
    sign_in().post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert len(entries(dora, "account.password_changed")) == 1


def test_setting_a_new_one_by_e_mail(dora: Actor) -> None:
    client = Client()
    client.post("/accounts/password/reset/", {"email": "dora@example.org"})
    link = re.findall(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))[0]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    new = "four other unrelated words"
    client.post(form, {"password1": new, "password2": new})
    assert len(entries(dora, "account.password_reset")) == 1


def test_confirming_an_address(dora: Actor) -> None:
    from allauth.account.models import EmailConfirmationHMAC

    address = EmailAddress.objects.get(user=dora.user)
    address.verified = False
    address.save()
    client_for(dora).post(f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/")
    (entry,) = entries(dora, "account.email_confirmed")
    assert entry.detail == {"email": "dora@example.org"}


def test_no_line_holds_a_password_or_a_key(dora: Actor) -> None:
    sign_in(password="wrong-but-secret")
    sign_in()
    made = create_api_key(actor=dora, name="Key", scopes=dora.permissions)
    with tenant_scope(dora.organisation):
        rows: list[Any] = list(AuditEntry.objects.for_organisation(dora.organisation).values())
    assert not re.search(f"{PASSWORD}|wrong-but-secret|{made.secret}", str(rows))


def test_using_a_key_leaves_one_line_a_day(alice: Actor) -> None:
    client = api_client_for(alice)
    client.get("/api/v1/me")
    forget_touches()
    client.get("/api/v1/me")
    (entry,) = entries(alice, "api_key.used")
    assert entry.ip == "127.0.0.1"
    assert entry.target_type == "apikey"
    with tenant_scope(alice.organisation):
        key = ApiKey.objects.for_organisation(alice.organisation).get()
        key.last_used_at = key.last_used_at.replace(year=key.last_used_at.year - 1)
        key.save()
    forget_touches()
    client.get("/api/v1/me")
    assert len(entries(alice, "api_key.used")) == 2
