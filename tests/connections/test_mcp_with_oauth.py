"""An MCP server behind OAuth, the whole way: refused, discovered, consented to, called with the person's own token."""

from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from assistants.actions.mcp.client import call_tool, list_tools
from assistants.actions.mcp.errors import Unauthorized
from assistants.connections.mcp_oauth.profile import make_mcp_profile
from tests.connections.helpers import World, connect, credential
from tests.fakes.mcp_server import McpFake, mcp_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tools(world: World, settings: Any) -> Iterator[McpFake]:
    with mcp_server() as fake:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, fake.host]
        fake.issuer, fake.opens = world.server.url, world.server.may
        yield fake


@pytest.mark.parametrize("older", [False, True])
def test_a_person_connects_and_calls_with_their_own_token(world: World, tools: McpFake, older: bool) -> None:
    tools.older = older
    with pytest.raises(Unauthorized) as refused:
        async_to_sync(list_tools)(tools.url)
    profile = async_to_sync(make_mcp_profile)(
        actor=world.alice,
        server_url=tools.url,
        name="Harbour tools",
        www_authenticate=refused.value.www_authenticate,
    )
    connect(world, world.bob, profile)
    found = credential(profile, world.bob)
    assert found is not None
    headers: dict[str, str] = {}
    found.sign(headers, {})

    assert async_to_sync(list_tools)(tools.url, headers).tools
    assert async_to_sync(call_tool)(tools.url, headers, "echo", {"text": "Ahoy"}).text == "Ahoy"
    assert world.server.asked_for("authorization_code")[-1]["resource"] == tools.url
    assert credential(profile, world.alice) is None


def test_a_token_that_was_revoked_is_told_apart(world: World, tools: McpFake) -> None:
    tools.opens = lambda _given: False
    with pytest.raises(Unauthorized):
        async_to_sync(call_tool)(tools.url, {"Authorization": "Bearer old"}, "echo", {})

    assert tools.called == []
