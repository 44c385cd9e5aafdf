"""Every place of the product that calls an address which somebody else chose.

A place is added with one line in SINKS. The suite calls it with hostile addresses and hostile hosts behind good ones.
"""

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from functools import cache
from typing import Any

CANARY = "canary-9f1c"
KEY = {"Authorization": f"Bearer {CANARY}"}


class NoAnswer(Exception):
    """What a place gives back, rather than raises, where it did not get what it asked for."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Sink:
    """A place that reaches out.

    Attributes:
        call: reaches out to the address with CANARY as its credential, where it has one; raises unless it succeeded.
            Plain functions run in a thread.
        follows: whether it follows redirects.
    """

    name: str
    call: Callable[[str], Awaitable[Any] | Any]
    follows: bool = False

    async def reach(self, url: str) -> Any:
        """Call it."""
        if inspect.iscoroutinefunction(self.call):
            return await self.call(url)
        # Wider than the loop's own threads: some places wait between their tries.
        context = copy_context()
        return await asyncio.get_running_loop().run_in_executor(_threads(), context.run, self.call, url)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=96, thread_name_prefix="sink")


def plain(url: str) -> Any:
    from kernel.egress import guarded_client

    with guarded_client(timeout=5, total=5, max_bytes=200_000) as client:
        return client.get(url, headers=KEY)


async def plain_async(url: str) -> Any:
    from kernel.egress import guarded_async_client

    async with guarded_async_client(timeout=5, total=5, max_bytes=200_000) as client:
        return await client.get(url, headers=KEY)


async def plain_stream(url: str) -> Any:
    from kernel.egress import StreamClient, StreamLimits

    limits = StreamLimits(connect=5, first_byte=5, between=5, total=5, max_bytes=200_000)
    response = await StreamClient().post(url, headers=KEY, body=b"{}", limits=limits)
    said = await response.read_all()
    if response.status != 200 or "content-encoding" in response.headers:
        raise NoAnswer("none")  # it neither follows nor unpacks: that is for whoever reads the answer
    return said


def web_page(url: str) -> Any:
    """Knowledge: a page, and each page of a site."""
    from assistants.knowledge.fetching import fetch
    from organisations.policy import Files, PolicyDocument

    return fetch(url, policy=PolicyDocument(files=Files(max_mb=1)))


async def page_of_a_turn(url: str) -> Any:
    """The tool that fetches a page while somebody waits."""
    from assistants.knowledge.crawling.robots import Robots
    from assistants.knowledge.page_reading import _fetched

    return await _fetched(url, Robots())


async def action_document(url: str) -> Any:
    """A document or a plugin's manifest from an address."""
    from assistants.actions.fetching import _fetched

    return await _fetched(url, 200_000)


def robots(url: str) -> Any:
    """Knowledge: what a site asks of programs, before it is followed."""
    from assistants.knowledge.crawling.lists import robots_of
    from assistants.knowledge.parsing.blocks import ParsingFailed
    from organisations.policy import PolicyDocument

    found = robots_of(url, policy=PolicyDocument())
    if not found.sitemaps:
        raise ParsingFailed("nothing")  # it takes a refusal to tell for leave; here only an answer counts
    return found


def provider_test(url: str) -> Any:
    """An organisation's own model provider, tried out."""
    from providers.probing import probe

    found = probe(base_url=url, key=CANARY, key_header="", models=["gpt-5-mini"])
    if not found.ok:
        raise NoAnswer(found.code)
    return found


def _endpoint(url: str) -> Any:
    from providers.adapters.endpoint import Endpoint

    return Endpoint(model="org:own/model", base_url=url, key=CANARY, upstream_name="model")


async def chat(url: str) -> Any:
    """An organisation's own chat model."""
    from providers.adapters.openai_compatible import OpenAICompatibleChat
    from providers.ports import ChatMessage, ChatRequest

    request = ChatRequest(messages=[ChatMessage("user", "Hello")], question="Hello", parameters={})
    return [event async for event in OpenAICompatibleChat(_endpoint(url)).stream(request)]


async def embedding_query(url: str) -> Any:
    from providers.adapters.openai_embeddings import OpenAIEmbedder

    return await OpenAIEmbedder(_endpoint(url), dimensions=3).query("Hello")


def embedding_batch(url: str) -> Any:
    from providers.adapters.openai_embeddings import OpenAIEmbedder

    return OpenAIEmbedder(_endpoint(url), dimensions=3).passages(["Hello"])


async def reranking(url: str) -> Any:
    from providers.adapters.rerank import HttpReranker

    return await HttpReranker(_endpoint(url)).rank("Hello", ["Hello"])


def list_of_models(url: str) -> Any:
    from providers.listing import list_upstream

    found = list_upstream(url, CANARY)
    if found is None:
        raise NoAnswer("none")
    return found


async def mcp_offer(url: str) -> Any:
    from assistants.actions.mcp.client import list_tools

    return await list_tools(url, KEY, deadline=5)


async def mcp_call(url: str) -> Any:
    from assistants.actions.mcp.client import call_tool

    return await call_tool(url, KEY, "tool", {}, deadline=5, max_bytes=200_000)


def _oauth(url: str) -> Any:
    from assistants.connections.auth_settings import OAuthSettings

    return OAuthSettings(token_url=url, revocation_url=url, client_id="bottega")


async def web_search(url: str) -> Any:
    """An organisation's own service that searches the web."""
    from assistants.tools.searching.asking import ask
    from assistants.tools.searching.chosen import Chosen
    from assistants.tools.searching.ports import Wanted

    return await ask(Chosen("searxng", url, CANARY, own=True), Wanted("Hello"))


async def picture_address(url: str) -> Any:
    """Where a provider says that a picture is."""
    from providers.adapters.openai_images import OpenAIImages

    return await OpenAIImages(_endpoint("https://models.example/v1"))._fetched(url)


async def oauth_token(url: str) -> Any:
    from assistants.connections.oauth.tokens import ask_tokens

    return await ask_tokens(_oauth(url), CANARY, "client_credentials")


async def oauth_revocation(url: str) -> Any:
    from assistants.connections.oauth.revoking import revoke

    await revoke(_oauth(url), CANARY, {"refresh_token": CANARY})


async def oauth_discovery(url: str) -> Any:
    from assistants.connections.mcp_oauth.discovery import discover

    return await discover(url)


async def action_call(url: str) -> Any:
    """A read of an OpenAPI action, once it may leave the house."""
    from assistants.actions.calling.carrying import _once, _origin
    from assistants.actions.openapi.preparing import PreparedRequest
    from assistants.connections.credentials import Credential

    credential = Credential("con_1", _origin(url), secret={"access_token": CANARY})
    request = PreparedRequest(method="GET", url=url, headers={}, content=None, host="", path="")
    exchange, _pause = await _once(request, credential)
    if exchange.status != 200:
        raise NoAnswer(str(exchange.status))
    return exchange


SINKS = (
    Sink("guarded client", plain, follows=True),
    Sink("guarded asynchronous client", plain_async, follows=True),
    Sink("guarded stream", plain_stream),
    Sink("web page", web_page, follows=True),
    Sink("robots.txt", robots, follows=True),
    Sink("page of a turn", page_of_a_turn),  # to another page of its site, no further
    Sink("document of an action", action_document, follows=True),
    Sink("provider test", provider_test, follows=True),
    Sink("own chat model", chat),
    Sink("embedding of a question", embedding_query),
    Sink("embedding of passages", embedding_batch),
    Sink("reranking", reranking),
    Sink("web search", web_search),
    Sink("address of a picture", picture_address, follows=True),
    Sink("list of models", list_of_models, follows=True),
    Sink("MCP offer", mcp_offer),
    Sink("MCP call", mcp_call),
    Sink("OAuth discovery", oauth_discovery, follows=True),
    Sink("OAuth token", oauth_token),
    Sink("OAuth revocation", oauth_revocation),
    Sink("action call", action_call),
)

# What a good host says, so that every place succeeds with it: all that the places understand at once.
GOOD = json.dumps({"data": [{"id": "model", "embedding": [1, 0, 0], "index": 0}], "results": [{"index": 0, "relevance_score": 1}], "access_token": "t", "token_type": "bearer"}).encode()  # fmt: skip
