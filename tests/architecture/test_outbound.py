"""Outbound calls go through the egress guard: nobody else imports an HTTP client."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = {"httpx", "httpx2", "requests", "aiohttp", "urllib3", "http.client", "urllib.request", "pycurl"}
GUARD = ROOT / "platform" / "kernel" / "egress"


def _sources() -> Iterator[Path]:
    for folder in ("platform", "assistants", "billing", "store"):
        yield from (ROOT / folder).rglob("*.py")


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _is_client(name: str) -> bool:
    return any(name == client or name.startswith(f"{client}.") for client in CLIENTS)


def test_only_the_guard_imports_an_http_client() -> None:
    offenders = {
        f"{file.relative_to(ROOT)}: {name}"
        for file in _sources()
        if GUARD not in file.parents
        for name in _imports(file)
        if _is_client(name)
    }
    assert offenders == set()


def test_the_guard_itself_is_seen() -> None:
    assert any(_is_client(name) for file in GUARD.rglob("*.py") for name in _imports(file))
