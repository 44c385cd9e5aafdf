"""Outbound calls go through the egress guard: every place that could reach out without it is reviewed here.

The list of what is banned is ruff's own, in pyproject.toml: ruff says it at once, and this test sees what a `noqa`, a
dynamic import or a library's own default client would let through.
"""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
GUARD = "platform/kernel/egress/"
STORES = "assistants/knowledge/vectors/adapters/"
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
BANNED = frozenset(SETTINGS["flake8-tidy-imports"]["banned-api"])

# Calls by name, whatever they are called on: a way out that needs no import of a client.
WAYS_OUT = frozenset(
    {"create_connection", "open_connection", "create_datagram_endpoint", "sock_connect", "connect_ex"}
)
LOADERS = frozenset({"import_module", "__import__", "import_string"})
# What makes a client of its own unless it is handed ours.
NEED_OUR_CLIENT = frozenset(
    {
        "streamable_http_client",
        "streamablehttp_client",
        "OpenAI",
        "AsyncOpenAI",
        "AzureOpenAI",
        "AsyncAzureOpenAI",
    }
)
# Who may import `socket`, which can do everything.
SOCKETS = {
    "assistants/knowledge/parsing/standby.py": "a Unix pair with the parser's process",
    "assistants/knowledge/parsing/worker.py": "a Unix pair with the parser's process",
    "platform/config/embedded/sockets.py": "free ports of this machine for the embedded services",
    "platform/config/up/readiness.py": "whether the web port of this machine is free",
}
# What else is allowed, and why. Nothing here takes an address that a user could have typed.
OPERATORS_STORE = "the operator's vector store (VECTOR_STORE_URL): no row or form names one"
REVIEWED = {
    (
        "platform/organisations/adapters.py",
        "smtplib",
    ): "an exception's name: Django's mail sends, by the operator's SMTP",
    (
        "billing/payments/gateway.py",
        "stripe",
    ): "the library sends by our guarded client; the host is the operator's",
    ("platform/config/up/readiness.py", "create_connection"): "this machine's own port",
    (f"{STORES}chroma.py", "chromadb"): OPERATORS_STORE,
    (f"{STORES}milvus.py", "pymilvus"): OPERATORS_STORE,
    (f"{STORES}pinecone.py", "pinecone"): OPERATORS_STORE,
    (f"{STORES}weaviate.py", "weaviate"): OPERATORS_STORE,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A call in a source file: the last part of what is called, and what it is given."""

    name: str
    keywords: frozenset[str | None]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Module:
    """What a source file imports, also by a string, and what it calls."""

    imports: frozenset[str]
    calls: tuple[Call, ...]


@cache
def sources() -> dict[str, Module]:
    """Every module of the product but the guard's own."""
    files = (
        file
        for folder in ("platform", "assistants", "billing", "store")
        for file in (ROOT / folder).rglob("*.py")
    )
    found = {file.relative_to(ROOT).as_posix(): file for file in files}
    return {name: module(file.read_text()) for name, file in found.items() if not name.startswith(GUARD)}


def module(text: str) -> Module:
    """A source file, read once."""
    imports: set[str] = set()
    calls: list[Call] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imports |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call):
            calls.append(_call(node))
    loaded = {word for call in calls if call.name in LOADERS for word in call.words}
    return Module(frozenset(imports | loaded), tuple(calls))


def _call(node: ast.Call) -> Call:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    words = tuple(
        arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
    )
    return Call(name, frozenset(keyword.arg for keyword in node.keywords), words)


def banned(name: str) -> str | None:
    """The entry of the list that forbids an import."""
    parts = name.split(".")
    prefixes = {".".join(parts[: length + 1]) for length in range(len(parts))}
    return next(iter(prefixes & BANNED), None)


def offences(name: str, module: Module) -> Iterator[str]:
    """What a module does that could reach out past the guard."""
    for imported in module.imports:
        entry = banned(imported)
        if entry and (name, entry) not in REVIEWED:
            yield f"imports {imported}"
        if imported.split(".")[0] in ("socket", "_socket") and name not in SOCKETS:
            yield f"imports {imported}"
    for call in module.calls:
        if call.name in WAYS_OUT and (name, call.name) not in REVIEWED:
            yield f"calls {call.name}"
        if call.name in NEED_OUR_CLIENT and "http_client" not in call.keywords:
            yield f"calls {call.name} without http_client"


def test_nothing_reaches_out_past_the_guard() -> None:
    found = {f"{name}: {offence}" for name, module in sources().items() for offence in offences(name, module)}
    assert found == set()


def test_every_exception_is_still_needed() -> None:
    used = {(name, banned(imported)) for name, module in sources().items() for imported in module.imports}
    used |= {(name, call.name) for name, module in sources().items() for call in module.calls}
    assert set(REVIEWED) <= used
    assert set(SOCKETS) == {name for name, module in sources().items() if "socket" in module.imports}


def test_ruff_leaves_out_the_guard_and_nothing_else_of_the_product() -> None:
    left_out = {pattern for pattern, rules in SETTINGS["per-file-ignores"].items() if "TID251" in rules}
    assert left_out == {"tests/**", "benchmarks/**", f"{GUARD}**", f"{STORES}**"}
    quiet = {
        name
        for name in sources()
        if any("noqa" in line and "TID251" in line for line in (ROOT / name).read_text().splitlines())
    }
    assert quiet == {name for name, _entry in REVIEWED if not name.startswith(STORES)}


def test_hosts_are_spelt_in_one_way() -> None:
    """Python's own codec makes another host of some names than the clients dial: see kernel.egress.names."""
    found = {
        name
        for name, module in sources().items()
        for call in module.calls
        if call.name in ("encode", "decode") and "idna" in call.words
    }
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "import httpx2",
        "from httpx2 import AsyncClient",
        "import urllib.request",
        "from urllib import request",
        "from http import client",
        "import http.client as web",
        "import aiohttp.client",
        "import_module('requests')",
        "importlib.import_module('requests.sessions')",
        "__import__('urllib3')",
        "import socket",
        "from socket import create_connection",
        "from authlib.integrations.httpx_client import AsyncOAuth2Client",
        "from mcp.client.stdio import stdio_client",
        "from mcp import stdio_client",
        "from mcp.shared._httpx_utils import create_mcp_http_client",
        "streamable_http_client(url)",
        "openai.AsyncOpenAI(api_key=key)",
        "import boto3",
        "import smtplib",
        "import ftplib",
        "await loop.create_connection(Protocol, host, 80)",
        "asyncio.open_connection(host, 80)",
    ],
)
def test_it_sees(source: str) -> None:
    assert list(offences("assistants/somewhere.py", module(source)))


@pytest.mark.parametrize(
    "source",
    [
        "from urllib.parse import urlsplit",
        "from http.cookies import SimpleCookie",
        "from kernel.egress import guarded_client",
        "from authlib.oauth2.rfc6749.parameters import prepare_token_request",
        "from mcp.client.streamable_http import streamable_http_client",
        "streamable_http_client(url, http_client=ours)",
        "AsyncOpenAI(api_key=key, http_client=ours)",
    ],
)
def test_it_lets_pass(source: str) -> None:
    assert not list(offences("assistants/somewhere.py", module(source)))


def test_the_guard_itself_would_be_seen() -> None:
    texts = [file.read_text() for file in (ROOT / GUARD).rglob("*.py")]
    assert any(offence for text in texts for offence in offences("elsewhere.py", module(text)))
