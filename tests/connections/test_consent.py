"""Consent at a real authorization server, from our page and back."""

import pytest

from kernel.tenancy import tenant_scope
from organisations.models import AuditEntry
from tests.connections.helpers import World, begin, come_back, connect, connections, credential, query_of
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_member_connects_and_calls_are_signed_with_their_own_rights(world: World) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    address = begin(client, profile)
    asked = query_of(address)
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "read write"
    answer = come_back(client, world.server.consent(address))
    assert answer.status_code == 302
    assert answer["Location"] == "/chats/"
    [connection] = connections(profile)
    assert (connection.user_id, connection.state, connection.scopes) == (
        world.bob.user_id,
        "active",
        ["read", "write"],
    )
    found = credential(profile, world.bob)
    assert found is not None
    headers: dict[str, str] = {}
    found.sign(headers, {})
    assert world.server.may(headers["Authorization"]) is not None
    assert found.origin == world.server.url
    assert credential(profile, world.alice) is None
    with tenant_scope(world.bob.organisation):
        lines = AuditEntry.objects.for_organisation(world.bob.organisation)
        assert lines.filter(action="connection.made", actor_user=world.bob.user).exists()
        assert lines.filter(action="connection.first_used").count() == 1


def test_a_state_works_once(world: World) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    back = world.server.consent(begin(client, profile))
    assert come_back(client, back).status_code == 302
    again = come_back(client, back)
    assert again.status_code == 410
    assert "used already" in again.content.decode()
    assert len(world.server.asked_for("authorization_code")) == 1


def test_connect_helper_gives_the_connection(world: World) -> None:
    assert connect(world, world.bob, world.profile()).user_id == world.bob.user_id
