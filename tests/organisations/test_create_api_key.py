"""Making an API key."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.errors import InvalidInput, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import create_api_key
from organisations.actors import Actor
from organisations.models import ApiKey
from organisations.permissions import Permission, Role
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import JsonClient, api_client_for, client_for
from tests.organisations.helpers import audit_of


def with_key(secret: str) -> JsonClient:
    client = JsonClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_the_secret_works_and_only_its_hash_is_kept(alice: Actor) -> None:
    made = create_api_key(actor=alice, name="Nightly", scopes=alice.permissions)
    assert made.secret.startswith("bk_")
    assert with_key(made.secret).get("/api/v1/me").status_code == 200
    with tenant_scope(alice.organisation):
        row = ApiKey.objects.for_organisation(alice.organisation).values().get(pk=made.key.pk)
    assert made.secret not in str(row)
    assert audit_of(alice)[-2:] == ["api_key.created", "api_key.used"]


def test_it_may_no_more_than_its_scopes(alice: Actor) -> None:
    client = api_client_for(alice, scopes=[Permission.VIEW_ORGANISATION])
    assert client.get("/api/v1/organisation/members").status_code == 200
    assert client.get("/api/v1/organisation/invitations").status_code == 403


def test_nobody_gives_a_key_what_they_lack(bob: Actor) -> None:
    with pytest.raises(InvalidInput):
        create_api_key(actor=bob, name="More", scopes=[Permission.MANAGE_MEMBERS])


def test_a_key_makes_no_key_that_outlives_or_outranks_it(alice: Actor) -> None:
    soon = timezone.now() + timedelta(hours=1)
    scopes = [Permission.MANAGE_KEYS, Permission.USE_ASSISTANTS]
    client = with_key(create_api_key(actor=alice, name="Parent", scopes=scopes, expires_at=soon).secret)
    path, wanted = "/api/v1/organisation/keys", {"name": "Child", "scopes": ["assistants:use"]}
    assert client.post(path, wanted).status_code == 400
    assert client.post(path, {**wanted, "scopes": ["members:manage"], "expires_at": soon}).status_code == 400
    assert client.post(path, {**wanted, "expires_at": soon}).status_code == 201


def test_an_expired_key_is_refused(alice: Actor) -> None:
    made = create_api_key(
        actor=alice, name="Short", scopes=alice.permissions, expires_at=timezone.now() + timedelta(days=1)
    )
    with tenant_scope(alice.organisation):
        ApiKey.objects.for_organisation(alice.organisation).update(
            expires_at=timezone.now() - timedelta(hours=1)
        )
    assert with_key(made.secret).get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("secret", ["", "bk_", "bk_wrong", "sk-something", "bk_" + "x" * 5000])
def test_a_wrong_key_is_refused(alice: Actor, secret: str) -> None:
    answer = with_key(secret).get("/api/v1/me")
    assert answer.status_code == 401


def test_a_wrong_key_is_not_saved_by_a_session(alice: Actor) -> None:
    browser = client_for(alice)
    assert browser.get("/api/v1/me", headers={"Authorization": "Bearer bk_wrong"}).status_code == 401


def test_name_scopes_and_expiry_are_checked(alice: Actor) -> None:
    for wanted in (
        {"name": "", "scopes": alice.permissions},
        {"name": "Nothing", "scopes": []},
        {"name": "Late", "scopes": alice.permissions, "expires_at": timezone.now()},
    ):
        with pytest.raises(InvalidInput):
            create_api_key(actor=alice, **wanted)


def test_the_billing_role_has_no_keys(alice: Actor) -> None:
    billing = add_member(alice.organisation, make_user(), Role.BILLING)
    with pytest.raises(PermissionDenied):
        create_api_key(actor=billing, name="Books", scopes=[Permission.VIEW_USAGE])


def test_the_page_shows_the_secret_once(bob: Actor) -> None:
    browser = client_for(bob)
    form = {"name": "Nightly", "scopes": ["assistants:use"], "expires": "30"}
    answer = browser.post("/organisation/keys/create", form)
    secret = answer.context["made"].secret
    assert answer.status_code == 201
    assert secret in answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    listed = browser.get("/organisation/keys/").content.decode()
    assert "Nightly" in listed
    assert secret not in listed


def test_the_page_offers_only_what_the_role_allows(bob: Actor) -> None:
    form = {"name": "More", "scopes": ["members:manage"], "expires": ""}
    assert client_for(bob).post("/organisation/keys/create", form).status_code == 400
    assert "members:manage" not in client_for(bob).get("/organisation/keys/new").content.decode()


def test_the_api_shows_the_secret_once(alice: Actor) -> None:
    client = api_client_for(alice)
    made = client.post("/api/v1/organisation/keys", {"name": "CI", "scopes": ["assistants:use"]}).json()
    assert with_key(made["key"]).get("/api/v1/me").json()["scopes"] == ["assistants:use"]
    assert made["key"] not in client.get("/api/v1/organisation/keys").content.decode()
