"""Tokens are renewed when they run out, by one process at a time; what a service refuses breaks the connection."""

import asyncio
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import override_settings
from django.utils import timezone

from assistants.connections.actions.delete_profile import delete_profile
from assistants.connections.actions.end_connection import end_connection
from assistants.connections.actions.tell_endings import tell_endings
from assistants.connections.actions.update_profile import update_profile
from assistants.connections.auth_settings import read_settings
from assistants.connections.consumers import LEFT
from assistants.connections.credentials import credential_for
from assistants.connections.models import Connection
from assistants.connections.oauth.errors import ConnectionBroken, TokenUnavailable
from assistants.connections.personal_data import HOLDER
from assistants.connections.queries import ref_of
from kernel.errors import NotFound
from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.remove_member import remove_member
from organisations.models import AuditEntry, Membership
from tests.connections.helpers import SECRET, World, connect, connections, credential

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_process_renews_and_the_others_take_what_it_got(world: World) -> None:
    profile = world.profile()
    world.server.lasts = 10
    connect(world, world.bob, profile)
    world.server.lasts, world.server.delay = 3600, 0.2

    async def many() -> list[Any]:
        return await asyncio.gather(*(credential_for(ref_of(profile), world.bob) for _ in range(8)))

    found = async_to_sync(many)()
    assert len({each.secret["access_token"] for each in found}) == 1
    assert len(world.server.asked_for("refresh_token")) == 1
    assert world.server.may(f"Bearer {found[0].secret['access_token']}")


def test_the_refresh_token_rotates_and_the_new_one_counts(world: World) -> None:
    profile = world.profile()
    world.server.lasts = 10
    connect(world, world.bob, profile)
    world.server.lasts = 3600
    assert credential(profile, world.bob) is not None
    _run_out()
    assert credential(profile, world.bob) is not None
    used = [body["refresh_token"] for body in world.server.asked_for("refresh_token")]
    assert len(used) == len(set(used)) == 2


def test_tokens_that_last_for_seconds_are_renewed_once_a_call(world: World) -> None:
    profile = world.profile()
    world.server.lasts = 10
    connect(world, world.bob, profile)
    assert credential(profile, world.bob) is not None
    assert len(world.server.asked_for("refresh_token")) == 1


def test_a_refused_renewal_breaks_the_connection_and_asks_again(world: World) -> None:
    profile = world.profile()
    world.server.lasts = 10
    connect(world, world.bob, profile)
    world.server.refuse_refresh = True
    with pytest.raises(ConnectionBroken):
        credential(profile, world.bob)
    [broken] = connections(profile)
    assert (broken.state, broken.failure) == ("broken", "invalid_grant")
    with tenant_scope(world.bob.organisation):
        lines = AuditEntry.objects.for_organisation(world.bob.organisation)
        assert lines.filter(action="connection.refresh_failed", detail__reason="invalid_grant").exists()
    assert credential(profile, world.bob) is None
    world.server.refuse_refresh, world.server.lasts = False, 3600
    again = connect(world, world.bob, profile)
    assert (again.public_id, again.state) == (broken.public_id, "active")
    assert credential(profile, world.bob) is not None


def test_a_service_that_is_down_breaks_nothing(world: World) -> None:
    profile = world.profile()
    world.server.lasts = 10
    connect(world, world.bob, profile)
    world.server.fault = 503
    with pytest.raises(TokenUnavailable):
        credential(profile, world.bob)
    world.server.fault, world.server.lasts = 0, 3600
    assert credential(profile, world.bob) is not None


def test_a_narrower_renewal_asks_the_person_again(world: World) -> None:
    profile = world.profile()
    world.server.lasts = 10
    connect(world, world.bob, profile)
    world.server.granted, world.server.lasts = "read", 3600
    assert credential(profile, world.bob) is None
    assert connections(profile)[0].state == "needs_consent"


def test_changed_settings_ask_everybody_again_and_send_nothing_elsewhere(world: World) -> None:
    profile = world.profile()
    connect(world, world.bob, profile)
    wider = read_settings({"kind": "oauth2", "oauth": world.oauth(scopes=["read", "write", "admin"])})
    update_profile(
        actor=world.alice, profile_id=profile.public_id, settings=wider, server_url=world.server.api_url
    )
    assert connections(profile)[0].state == "needs_consent"
    assert credential(profile, world.bob) is None


def test_disconnecting_tells_the_service_and_erases(world: World) -> None:
    profile = world.profile()
    made = connect(world, world.bob, profile)
    with pytest.raises(NotFound):
        end_connection(actor=world.alice, connection_id=made.public_id)
    end_connection(actor=world.bob, connection_id=made.public_id)
    assert credential(profile, world.bob) is None
    tell_endings()
    assert all(token.revoked for token in world.server.tokens)
    assert _rows() == 0


def test_a_service_that_takes_no_note_is_asked_again_later(world: World) -> None:
    profile = world.profile()
    made = connect(world, world.bob, profile)
    end_connection(actor=world.bob, connection_id=made.public_id)
    with override_settings(EGRESS_ALLOW=[]):
        assert tell_endings() == 0
    assert tell_endings() == 0  # not before its time
    assert _rows() == 1


def test_who_is_removed_is_refused_with_the_next_call_and_their_connection_ends(world: World) -> None:
    profile = world.profile()
    connect(world, world.bob, profile)
    with tenant_scope(world.alice.organisation):
        bobs = Membership.objects.for_organisation(world.alice.organisation).get(user=world.bob.user)
    remove_member(actor=world.alice, membership_id=bobs.public_id)
    assert credential(profile, world.bob) is None
    assert world.bob.user is not None
    LEFT.handle(world.alice.organisation.pk, "member.removed", {"user": world.bob.user.public_id}, 1)
    assert connections(profile) == []


def test_a_deleted_profile_ends_the_connections_of_everybody(world: World) -> None:
    profile = world.profile()
    connect(world, world.bob, profile)
    delete_profile(actor=world.alice, profile_id=profile.public_id)
    assert connections(profile) == []
    tell_endings()
    assert all(token.revoked for token in world.server.tokens)


def test_personal_data_is_told_without_secrets_and_erased(world: World) -> None:
    profile = world.profile()
    made = connect(world, world.bob, profile)
    assert world.bob.user_id is not None
    [told] = HOLDER.export(world.bob.user_id)
    assert told["id"] == made.public_id
    assert world.server.tokens[0].access_token not in repr(told)
    HOLDER.erase(world.bob.user_id)
    assert connections(profile) == []


@pytest.mark.parametrize("auth", ["basic", "post"])
def test_client_credentials_need_nobody(world: World, auth: str) -> None:
    profile = world.profile(owner="organisation", grant="client_credentials", token_auth=auth)
    first, second = credential(profile, world.bob), credential(profile, world.alice)
    assert first is not None
    assert second is not None
    assert first.secret == second.secret
    assert len(world.server.asked_for("client_credentials")) == 1
    assert connections(profile)[0].last_used_at is not None


def test_client_credentials_that_are_changed_or_were_refused_work_again_without_anybody(world: World) -> None:
    profile = world.profile(owner="organisation", grant="client_credentials")
    assert credential(profile, world.bob) is not None
    given = {"kind": "oauth2", "owner": "organisation"}
    narrower = world.oauth(grant="client_credentials", scopes=["read"])
    changed = read_settings({**given, "oauth": narrower})
    address = {"profile_id": profile.public_id, "server_url": world.server.api_url}
    update_profile(actor=world.alice, settings=changed, **address)
    assert credential(profile, world.bob) is not None
    assert world.server.asked_for("client_credentials")[-1]["scope"] == "read"
    # A secret that the service refuses, and the right one after it.
    update_profile(
        actor=world.alice,
        settings=read_settings({**given, "oauth": narrower, "client_secret": "x"}),
        **address,
    )
    with pytest.raises(ConnectionBroken):
        credential(profile, world.bob)
    update_profile(
        actor=world.alice,
        settings=read_settings({**given, "oauth": narrower, "client_secret": SECRET}),
        **address,
    )
    assert credential(profile, world.bob) is not None


def test_a_secret_stays_behind_when_tokens_are_revoked_elsewhere(world: World) -> None:
    profile = world.profile()
    address = {"profile_id": profile.public_id, "server_url": world.server.api_url}
    same = read_settings({"kind": "oauth2", "oauth": world.oauth(revocation_url=f"{world.server.url}/end")})
    assert update_profile(actor=world.alice, settings=same, **address).client_secret_encrypted
    moved = read_settings(
        {"kind": "oauth2", "oauth": world.oauth(revocation_url="https://evil.example/revoke")}
    )
    changed = update_profile(actor=world.alice, settings=moved, confirmed=True, **address)
    assert changed.client_secret_encrypted == ""


def _rows() -> int:
    with across_organisations(reason="a test looks"):
        return Connection.objects.across_organisations(reason="a test looks").count()


def _run_out() -> None:
    with across_organisations(reason="a test waits"):
        Connection.objects.across_organisations(reason="a test waits").update(expires_at=timezone.now())
