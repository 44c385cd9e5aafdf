"""A service that wants consent, an action that calls it, and people who connect."""

from collections.abc import Iterator
from typing import Any

import pytest

from organisations.actors import Actor
from tests.connections.helpers import World
from tests.fakes.oauth_server import OAuthServer, oauth_server


@pytest.fixture
def server(settings: Any) -> Iterator[OAuthServer]:
    with oauth_server() as running:
        settings.EGRESS_ALLOW = [running.host]
        yield running


@pytest.fixture
def world(server: OAuthServer, alice: Actor, bob: Actor) -> World:
    """Alice's action at the service; Bob is a member who uses it."""
    return World(server, alice, bob)
