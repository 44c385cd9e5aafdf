"""The MCP client against the official SDK's server, stateless and with the older handshake."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistants.actions.mcp import eras
from assistants.actions.mcp.client import call_tool, get_prompt, list_tools
from tests.fakes.mcp_server import McpFake, mcp_server


@pytest.fixture(params=["stateless", "older"])
def server(request: Any, mcp_here: McpFake) -> McpFake:
    mcp_here.older = request.param == "older"
    return mcp_here


@pytest.fixture
def mcp_here(settings: Any) -> Iterator[McpFake]:
    with mcp_server() as fake:
        settings.EGRESS_ALLOW = [fake.host]
        yield fake
        eras.forget(fake.url)


async def test_everything_that_is_offered_is_read(server: McpFake) -> None:
    offer = await list_tools(server.url)

    assert [tool.name for tool in offer.tools] == list(server.tools)
    assert (offer.name, offer.version) == ("Harbour tools", "1.2")
    assert offer.instructions == "Tools of the harbour office."
    assert [prompt.title for prompt in offer.prompts] == ["Tide report", "Berth for"]
    assert [prompt.name for prompt in offer.starters] == ["tide_report"]


async def test_a_tool_is_called(server: McpFake) -> None:
    result = await call_tool(server.url, None, "echo", {"text": "Ahoy"})

    assert (result.text, result.is_error) == ("Ahoy", False)
    assert server.called == [("echo", {"text": "Ahoy"})]


async def test_a_prompt_is_filled_in(server: McpFake) -> None:
    prompt = await get_prompt(server.url, None, "berth_for", {"ship": "Aurora"})

    assert prompt.text == "berth_for Aurora"
