"""Services that search the web, over real HTTP on loopback: SearXNG, Brave and Tavily, each as its documentation has it.

`pages` is what they know; a page is found by any word of a query that stands in its title or text. `fault` is a status to
answer with, `quota`, `nonsense`, or empty; `keys` are those that Brave and Tavily take. It keeps a journal.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "search-key-1"


@dataclass(frozen=True)
class Searched:
    """One search of the journal."""

    path: str
    key: str
    query: str
    asked: dict[str, Any]


@dataclass
class SearchServer:
    """What it knows and was asked."""

    host: str = ""
    fault: str = ""
    keys: set[str] = field(default_factory=lambda: {KEY})
    pages: list[dict[str, str]] = field(default_factory=list)
    asked: list[Searched] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, for all three."""
        return f"http://{self.host}"

    def page(self, title: str, text: str, url: str = "https://tides.example/today") -> None:
        """Let it know a page."""
        self.pages.append({"title": title, "text": text, "url": url})

    def found(self, query: str) -> list[dict[str, str]]:
        """The pages with any word of the query."""
        words = {word.strip("?.,()").lower() for word in query.split()}
        return [page for page in self.pages if words & set(f"{page['title']} {page['text']}".lower().split())]

    def answer(self, path: str, headers: Any, asked: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        """Status, document and headers for a search."""
        if self.fault == "nonsense":
            return 200, {"hello": "world"}, {}
        brave, tavily = path == "/res/v1/web/search", path == "/search" and "query" in asked
        key = headers.get("X-Subscription-Token") or (headers.get("Authorization") or "").removeprefix(
            "Bearer "
        )
        query = asked.get("query") or asked.get("q") or ""
        self.asked.append(Searched(path, key, query, asked))
        if self.fault == "quota":
            return (429, {"error": {"code": "QUOTA_LIMITED"}}, {}) if brave else (432, {"detail": {}}, {})
        if self.fault:
            return int(self.fault), {"error": f"no, {key}"}, {"Retry-After": "7"}
        if (brave or tavily) and key not in self.keys:
            code = {"error": {"code": "SUBSCRIPTION_TOKEN_INVALID"}}
            return (422, code, {}) if brave else (401, {"detail": {"error": "Unauthorized"}}, {})
        found = self.found(query)
        if brave:
            results = [_as(page, description="text") | {"page_age": "2026-11-20T08:00:00"} for page in found]
            return 200, {"type": "search", **({"web": {"results": results}} if found else {})}, {}
        if tavily:
            return 200, {"results": [_as(page, content="text") | {"score": 0.9} for page in found]}, {}
        if asked.get("format") != "json":
            return 403, "Forbidden", {}
        return 200, {"query": query, "results": [_as(page, content="text") for page in found]}, {}


def _as(page: dict[str, str], **names: str) -> dict[str, str]:
    return {
        "title": page["title"],
        "url": page["url"],
        **{ours: page[theirs] for ours, theirs in names.items()},
    }


@contextmanager
def search_server() -> Iterator[SearchServer]:
    """Run one."""
    told = SearchServer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._say(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})

        def do_POST(self) -> None:
            self._say(self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _say(self, path: str, asked: dict[str, Any]) -> None:
            status, document, headers = told.answer(path, self.headers, asked)
            said = json.dumps(document).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(said))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.host = f"127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
