"""The MCP client against the official SDK's server, stateless and with the older handshake."""

import asyncio
import base64
import logging
from collections.abc import Iterator
from typing import Any

import mcp_types as mcp
import pytest

from assistants.actions.mcp import eras
from assistants.actions.mcp.client import call_tool, connect, get_prompt, list_tools
from assistants.actions.mcp.errors import (
    McpBusy,
    McpError,
    McpMoved,
    McpNeedsInput,
    McpNonsense,
    McpOfferTooLarge,
    McpRefused,
    McpTimeout,
    Unauthorized,
    challenge_of,
)
from kernel.egress import EgressRefused, EgressTooLarge
from tests.fakes.mcp_server import McpFake, mcp_server, text, tool
from tests.fakes.website import Page, article, website


@pytest.fixture(scope="module")
def running() -> Iterator[McpFake]:
    with mcp_server() as fake:
        yield fake


@pytest.fixture
def mcp_here(running: McpFake, settings: Any) -> McpFake:
    settings.EGRESS_ALLOW = [running.host]
    running.reset()
    eras.forget(running.url)
    return running


@pytest.fixture(params=["stateless", "older"])
def server(request: Any, mcp_here: McpFake) -> McpFake:
    mcp_here.older = request.param == "older"
    return mcp_here


async def test_everything_that_is_offered_is_read(server: McpFake) -> None:
    offer = await list_tools(server.url)

    assert [one.name for one in offer.tools] == list(server.tools)
    assert (offer.name, offer.version) == ("Harbour tools", "1.2")
    assert offer.instructions == "Tools of the harbour office."
    assert [prompt.title for prompt in offer.prompts] == ["Tide report", "Berth for"]
    assert [prompt.name for prompt in offer.starters] == ["tide_report"]
    assert offer.protocol.startswith("2025" if server.older else "2026")


async def test_all_pages_of_a_list_are_read(server: McpFake) -> None:
    server.page = 3

    assert len((await list_tools(server.url)).tools) == len(server.tools)


async def test_a_tool_is_called(server: McpFake) -> None:
    result = await call_tool(server.url, None, "echo", {"text": "Ahoy"})

    assert (result.text, result.is_error) == ("Ahoy", False)
    assert server.called == [("echo", {"text": "Ahoy"})]


async def test_a_server_that_answers_plain_json_works_too(settings: Any) -> None:
    with mcp_server(json_response=True) as fake:
        settings.EGRESS_ALLOW = [fake.host]
        assert (await call_tool(fake.url, None, "echo", {"text": "Ahoy"})).text == "Ahoy"


async def test_a_prompt_is_filled_in(server: McpFake) -> None:
    prompt = await get_prompt(server.url, None, "berth_for", {"ship": "Aurora"})

    assert prompt.text == "berth_for Aurora"


async def test_a_session_is_closed_again(mcp_here: McpFake) -> None:
    mcp_here.older = True
    await call_tool(mcp_here.url, None, "echo", {"text": "Ahoy"})

    assert len(mcp_here.sessions) == 1
    assert mcp_here.closed == mcp_here.sessions


async def test_a_session_is_closed_when_the_call_takes_too_long(mcp_here: McpFake) -> None:
    mcp_here.older = True
    with pytest.raises(McpTimeout):
        await call_tool(mcp_here.url, None, "slow", {}, deadline=0.4)

    assert mcp_here.closed == mcp_here.sessions != []


async def test_a_second_call_asks_nothing_first(mcp_here: McpFake) -> None:
    await call_tool(mcp_here.url, None, "echo", {"text": "1"})
    mcp_here.requests.clear()
    await call_tool(mcp_here.url, None, "echo", {"text": "2"})

    assert mcp_here.methods() == ["tools/call"]


async def test_a_second_call_of_an_older_server_begins_with_the_handshake(mcp_here: McpFake) -> None:
    mcp_here.older = True
    await call_tool(mcp_here.url, None, "echo", {"text": "1"})
    mcp_here.requests.clear()
    await call_tool(mcp_here.url, None, "echo", {"text": "2"})

    assert mcp_here.methods() == ["initialize", "notifications/initialized", "tools/call", "DELETE"]


async def test_what_is_remembered_of_a_server_is_forgotten_when_it_is_no_longer_so(mcp_here: McpFake) -> None:
    await call_tool(mcp_here.url, None, "echo", {"text": "1"})
    mcp_here.older = True
    with pytest.raises(McpError):
        await call_tool(mcp_here.url, None, "echo", {"text": "2"})

    assert (await call_tool(mcp_here.url, None, "echo", {"text": "3"})).text == "3"


async def test_several_calls_share_one_connection(server: McpFake) -> None:
    async with connect(server.url) as there:
        answers = await asyncio.gather(*(there.call("echo", {"text": str(n)}) for n in range(5)))

    assert [answer.text for answer in answers] == ["0", "1", "2", "3", "4"]
    assert server.methods().count("initialize") == (1 if server.older else 0)


async def test_structured_content_comes_as_it_is(server: McpFake) -> None:
    server.results["echo"] = text("4", structured_content={"berths": [1, 2]})

    assert (await call_tool(server.url, None, "echo", {})).structured == {"berths": [1, 2]}


async def test_a_result_is_not_held_against_the_servers_own_schema(server: McpFake) -> None:
    """The SDK would list all tools after a call, and run patterns that nobody has bounded."""
    server.offer(tool("echo", output_schema={"type": "object", "required": ["x"]}))

    assert (await call_tool(server.url, None, "echo", {"text": "no x"})).text == "no x"
    assert "tools/list" not in server.methods()


async def test_arguments_that_a_server_wants_in_headers_too(mcp_here: McpFake) -> None:
    region = {"region": {"type": "string", "x-mcp-header": "Region"}}
    mcp_here.offer(tool("echo", properties=region))

    assert "north" in (await call_tool(mcp_here.url, None, "echo", {"region": "north"})).text
    assert mcp_here.methods() == ["server/discover", "tools/call", "tools/list", "tools/call"]
    assert mcp_here.called == [("echo", {"region": "north"})]
    assert mcp_here.requests[-1]["headers"]["mcp-param-region"] == "north"


async def test_a_server_that_asks_back_is_told_no(mcp_here: McpFake) -> None:
    mcp_here.offer(tool("asks"))
    with pytest.raises(McpNeedsInput):
        await call_tool(mcp_here.url, None, "asks", {})

    assert len(mcp_here.called) == 1


async def test_a_server_that_wants_to_be_asked_again_is(mcp_here: McpFake) -> None:
    mcp_here.offer(tool("waits"))

    assert (await call_tool(mcp_here.url, None, "waits", {"text": "Ahoy"})).text == "Ahoy"
    assert len(mcp_here.called) == 2


async def test_an_address_may_be_written_in_any_way(mcp_here: McpFake) -> None:
    assert (await list_tools(mcp_here.url.replace("http:", "HTTP:") + "?a=ä b")).tools


async def test_a_tool_that_fails_says_so(server: McpFake) -> None:
    server.results["echo"] = text("No such berth", is_error=True)
    result = await call_tool(server.url, None, "echo", {})

    assert (result.text, result.is_error) == ("No such berth", True)


async def test_pictures_sounds_and_resources_become_files(server: McpFake) -> None:
    data = base64.b64encode(b"\x89PNG").decode()
    resource = mcp.BlobResourceContents(
        uri="file:///../etc/pass%2Fwd%00.pdf", mime_type="application/pdf", blob=data
    )
    server.results["echo"] = mcp.CallToolResult(
        content=[
            mcp.ImageContent(data=data, mime_type="image/png"),
            mcp.AudioContent(data=data, mime_type="AUDIO/wav; x=y"),
            mcp.EmbeddedResource(resource=resource),
            mcp.EmbeddedResource(resource=mcp.TextResourceContents(uri="x:y", text="Berth 4")),
            mcp.ResourceLink(uri="https://elsewhere.example/a", name="More"),
        ]
    )
    result = await call_tool(server.url, None, "echo", {})

    found = [(file.name, file.media_type, file.content) for file in result.files]
    assert found == [
        ("image-1.png", "image/png", b"\x89PNG"),
        ("audio-2.wav", "audio/wav", b"\x89PNG"),
        ("wd.pdf", "application/pdf", b"\x89PNG"),
    ]
    assert result.text == "Berth 4\n\nMore: https://elsewhere.example/a"
    assert not result.truncated


async def test_ten_files_are_the_most(mcp_here: McpFake) -> None:
    data = base64.b64encode(b"x").decode()
    pictures = [mcp.ImageContent(data=data, mime_type="image/png") for _ in range(12)]
    mcp_here.results["echo"] = mcp.CallToolResult(content=list(pictures))
    result = await call_tool(mcp_here.url, None, "echo", {})

    assert (len(result.files), result.truncated) == (10, True)


async def test_what_is_no_base64_is_left_out(mcp_here: McpFake) -> None:
    broken = mcp.ImageContent(data="%%%", mime_type="image/png")
    mcp_here.results["echo"] = mcp.CallToolResult(content=[broken])
    result = await call_tool(mcp_here.url, None, "echo", {})

    assert (result.files, result.truncated) == ((), True)


class TestRefusals:
    async def test_a_tool_that_is_not_there(self, server: McpFake) -> None:
        with pytest.raises(McpRefused) as refused:
            await call_tool(server.url, None, "nothing", {})

        assert "Unknown tool: nothing" in refused.value.message

    @pytest.mark.parametrize("status", [404, 405, 406, 500])
    async def test_how_an_older_server_declines_the_newer_protocol_does_not_matter(
        self, mcp_here: McpFake, status: int
    ) -> None:
        mcp_here.older, mcp_here.older_status = True, status
        with pytest.raises(McpRefused):
            await call_tool(mcp_here.url, None, "nothing", {})

    async def test_an_error_inside_the_server(self, server: McpFake) -> None:
        with pytest.raises(McpError):
            await call_tool(server.url, None, "broken", {})

    async def test_a_servers_words_stay_one_short_line(self) -> None:
        error = McpRefused(host="h", reason="a\x1b[31m\n\nb" + "c" * 900)

        assert "\n" not in error.message and "\x1b" not in error.message
        assert len(error.message) < 400

    async def test_a_server_that_wants_a_sign_in_says_where(self, server: McpFake) -> None:
        server.token = "right"
        server.challenge = (
            'error="invalid_token", resource_metadata="https://h/.well-known/x?a=1,2", scope="a b"'
        )
        with pytest.raises(Unauthorized) as refused:
            await list_tools(server.url, {"authorization": "Bearer wrong"})

        assert refused.value.resource_metadata == "https://h/.well-known/x?a=1,2"
        assert (refused.value.scope, refused.value.insufficient) == ("a b", False)
        assert len(server.requests) == 1  # nothing else is tried with a credential that does not hold

    async def test_a_right_token_opens(self, server: McpFake) -> None:
        server.token = "right"

        assert (await list_tools(server.url, {"authorization": "Bearer right"})).tools

    async def test_a_credential_that_lacks_rights(self, server: McpFake) -> None:
        server.scope = "berths:write"
        with pytest.raises(Unauthorized) as refused:
            await call_tool(server.url, {"authorization": "Bearer right"}, "echo", {})

        assert (refused.value.scope, refused.value.insufficient) == ("berths:write", True)

    @pytest.mark.parametrize(
        ("header", "found"),
        [
            ("Bearer", {}),
            ("", {}),
            ('Basic realm="x"', {}),
            ('bearer scope=a, realm="b \\"c\\""', {"scope": "a", "realm": 'b "c"'}),
            ('Bearer scope="unclosed', {"scope": "unclosed"}),
            ("Bearer nonsense", {}),
            ('Bearer scope="a", scope="b"', {"scope": "a"}),
        ],
    )
    def test_challenges_are_read(self, header: str, found: dict[str, str]) -> None:
        assert challenge_of(header) == found

    async def test_a_redirect_is_not_followed(self, server: McpFake) -> None:
        with mcp_server() as other:
            for target in (other.url, server.url + "/"):
                server.redirect = target
                with pytest.raises(McpMoved):
                    await call_tool(server.url, {"authorization": "Bearer secret"}, "echo", {})
            assert other.requests == []

    async def test_too_many_calls(self, mcp_here: McpFake) -> None:
        mcp_here.status, mcp_here.retry_after = 429, "17"
        with pytest.raises(McpBusy) as refused:
            await call_tool(mcp_here.url, None, "echo", {})

        assert refused.value.retry_after == 17

    @pytest.mark.parametrize(("status", "error"), [(500, McpError), (503, McpError), (404, McpNonsense)])
    async def test_a_server_that_answers_with_a_status(
        self, mcp_here: McpFake, status: int, error: type[McpError]
    ) -> None:
        mcp_here.status = status
        with pytest.raises(error):
            await call_tool(mcp_here.url, None, "echo", {})

    async def test_an_address_that_is_no_mcp_server(self, settings: Any) -> None:
        with website() as site:
            site.pages["/"] = article("A page")
            settings.EGRESS_ALLOW = [site.host]
            with pytest.raises(McpError):
                await list_tools(site.url + "/")

    async def test_inner_addresses_are_not_reached(self, running: McpFake) -> None:
        with pytest.raises(EgressRefused):
            await list_tools(running.url)


class TestLimits:
    async def test_a_huge_answer(self, server: McpFake) -> None:
        server.huge_bytes = 300_000
        with pytest.raises(EgressTooLarge):
            await call_tool(server.url, None, "huge", {}, max_bytes=100_000)

    async def test_a_slow_answer(self, server: McpFake) -> None:
        began = asyncio.get_running_loop().time()
        with pytest.raises(McpTimeout):
            await call_tool(server.url, None, "slow", {}, deadline=0.4)

        assert asyncio.get_running_loop().time() - began < 1.5

    async def test_an_offer_of_too_many_tools(self, mcp_here: McpFake) -> None:
        mcp_here.offer(*(tool(f"t{n}") for n in range(501)))
        mcp_here.page = 100
        with pytest.raises(McpOfferTooLarge):
            await list_tools(mcp_here.url)

    async def test_an_offer_of_too_many_words_on_several_pages(self, mcp_here: McpFake) -> None:
        mcp_here.offer(*(tool(f"t{n}", "words " * 1000) for n in range(200)))
        mcp_here.page = 20
        with pytest.raises(McpOfferTooLarge):
            await list_tools(mcp_here.url)

    async def test_a_list_that_never_ends(self, mcp_here: McpFake) -> None:
        mcp_here.endless = True
        with pytest.raises(McpOfferTooLarge):
            await list_tools(mcp_here.url)

    async def test_whoever_stops_waiting_ends_the_call(self, server: McpFake) -> None:
        call = asyncio.create_task(call_tool(server.url, None, "slow", {}))
        for _attempt in range(200):
            if server.called:
                break
            await asyncio.sleep(0.01)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        for _attempt in range(100):
            if server.cancelled:
                break
            await asyncio.sleep(0.01)

        assert server.cancelled == ["slow"]
        assert server.closed == server.sessions


async def test_a_tool_whose_description_changes_has_another_fingerprint(server: McpFake) -> None:
    before = {one.name: one.fingerprint for one in (await list_tools(server.url)).tools}
    server.offer(*[*server.tools.values(), tool("echo", "Says it again, to somebody else.")])
    after = {one.name: one.fingerprint for one in (await list_tools(server.url)).tools}

    assert {name for name in before if before[name] != after[name]} == {"echo"}


async def test_fingerprints_are_the_same_by_either_protocol(mcp_here: McpFake) -> None:
    stateless = [one.fingerprint for one in (await list_tools(mcp_here.url)).tools]
    mcp_here.older = True

    assert [one.fingerprint for one in (await list_tools(mcp_here.url)).tools] == stateless


async def test_credentials_stand_in_no_log(server: McpFake, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await call_tool(server.url, {"authorization": "Bearer canary-7f"}, "echo", {"text": "canary-8a"})

    ours = logged(caplog)
    assert "canary" not in ours
    assert not any(session in ours for session in server.sessions)


async def test_nonsense_of_a_server_stands_in_no_log(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with website() as site:
        site.posts = Page(b'{"jsonrpc": "canary-9b"}', kind="application/json")
        settings.EGRESS_ALLOW = [site.host]
        with pytest.raises(McpError):
            await list_tools(site.url + "/")

    assert "canary" not in logged(caplog)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What was logged, but for the lines of the server, which runs in a thread here."""
    server = ("mcp.server", "sse_starlette", "uvicorn")
    return "\n".join(
        caplog.handler.format(record) for record in caplog.records if not record.name.startswith(server)
    )
