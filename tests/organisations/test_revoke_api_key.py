"""Revoking an API key."""

import pytest

from kernel.errors import NotFound
from organisations.actions.create_api_key import create_api_key
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.actors import Actor
from organisations.permissions import Permission
from tests.fixtures.people import JsonClient, api_client_for, client_for
from tests.organisations.helpers import audit_of

USE = [Permission.USE_ASSISTANTS]


def test_a_revoked_key_is_refused(bob: Actor) -> None:
    made = create_api_key(actor=bob, name="Old", scopes=USE)
    revoke_api_key(actor=bob, key_id=made.key.public_id)
    client = JsonClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.secret}")
    assert client.get("/api/v1/me").json()["code"] == "invalid_api_key"


def test_revoking_twice_changes_nothing(alice: Actor, bob: Actor) -> None:
    key = create_api_key(actor=bob, name="Old", scopes=USE).key
    first = revoke_api_key(actor=bob, key_id=key.public_id)
    second = revoke_api_key(actor=bob, key_id=key.public_id)
    assert first.revoked_at == second.revoked_at
    assert audit_of(alice).count("api_key.revoked") == 1


def test_who_manages_members_revokes_anybodys(alice: Actor, bob: Actor) -> None:
    key = create_api_key(actor=bob, name="Old", scopes=USE).key
    assert revoke_api_key(actor=alice, key_id=key.public_id).revoked_at


def test_a_member_neither_sees_nor_revokes_others(alice: Actor, bob: Actor) -> None:
    key = create_api_key(actor=alice, name="Alices", scopes=USE).key
    with pytest.raises(NotFound):
        revoke_api_key(actor=bob, key_id=key.public_id)
    assert "Alices" not in client_for(bob).get("/organisation/keys/").content.decode()


def test_an_outsider_finds_nothing(alice: Actor, charlie: Actor) -> None:
    key = create_api_key(actor=alice, name="Alices", scopes=USE).key
    assert api_client_for(charlie).delete(f"/api/v1/organisation/keys/{key.public_id}").status_code == 404


def test_the_page_and_the_api_revoke(bob: Actor) -> None:
    first = create_api_key(actor=bob, name="One", scopes=USE).key
    second = create_api_key(actor=bob, name="Two", scopes=USE).key
    assert client_for(bob).post(f"/organisation/keys/{first.public_id}/revoke").status_code == 302
    client = api_client_for(bob)
    assert client.delete(f"/api/v1/organisation/keys/{second.public_id}").status_code == 204
    states = {
        row["name"]: row["revoked_at"] for row in client.get("/api/v1/organisation/keys").json()["results"]
    }
    assert states["One"] and states["Two"] and not states["Test key"]
