"""Services where people consent are outside hosts too: policies hold for their token endpoints."""

from urllib.parse import urlsplit

import pytest

from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.host_policy import HostForbidden
from tests.connections.helpers import World, begin, come_back, connect, connections, credential
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def block(actor: Actor, world: World) -> None:
    patch_policy(actor=actor, patch={"hosts": {"blocked": [urlsplit(world.server.url).hostname]}})


def test_no_token_is_renewed_at_a_blocked_host(world: World) -> None:
    profile = world.profile()
    world.server.lasts = 10
    connect(world, world.bob, profile)
    asked = len(world.server.asked_for("refresh_token"))
    block(world.alice, world)
    with pytest.raises(HostForbidden):
        credential(profile, world.bob)
    assert len(world.server.asked_for("refresh_token")) == asked
    [kept] = connections(profile)
    assert kept.state == "active", "the connection is not broken: it works again once the host is allowed"
    patch_policy(actor=world.alice, patch={"hosts": {"blocked": []}})
    world.server.lasts = 3600
    assert credential(profile, world.bob) is not None


def test_no_code_is_exchanged_at_a_blocked_host(world: World) -> None:
    profile = world.profile()
    client = client_for(world.bob)
    back = world.server.consent(begin(client, profile))
    block(world.alice, world)
    answer = come_back(client, back)
    assert answer.status_code == 403
    assert (world.server.asked_for("authorization_code"), connections(profile)) == ([], [])
