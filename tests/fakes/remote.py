"""What the fakes of services that hold files have in common: tokens, a journal, rate limits, faults and redirects."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson


class Said(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, body: Any = b"", headers: dict[str, str] | None = None) -> None:
        self.status, self.body, self.headers = status, body, headers or {}
        super().__init__(str(status))


class Remote:
    """One service. `tokens` open it; `limited` questions are answered 429 with `retry_after` first; `failing` paths with 503;
    `leads_to` sends a path elsewhere. `asked` holds method and path of every question.
    """

    def __init__(self) -> None:
        self.url, self.host = "", ""
        self.tokens = {"good-token"}
        self.limited, self.retry_after = 0, "0"
        self.failing: set[str] = set()
        self.leads_to: dict[str, str] = {}
        self.asked: list[str] = []
        self.opens: Any = None

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        """What a question gives: JSON, or bytes."""
        raise NotImplementedError

    def forget(self) -> None:
        """Begin the journal anew."""
        self.asked.clear()

    def fetched(self) -> list[str]:
        """The questions that gave contents."""
        raise NotImplementedError


@contextmanager
def serve(remote: Remote, port: int = 0) -> Iterator[None]:
    """Serve it, on a free port where none is given."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._asked("GET", {})

        def do_POST(self) -> None:
            self._asked(
                "POST", orjson.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")
            )

        def _asked(self, method: str, body: dict[str, Any]) -> None:
            parts = urlsplit(self.path)
            remote.asked.append(f"{method} {self.path}")
            try:
                self._guard(parts.path)
                found = remote.answer(method, unquote(parts.path), dict(parse_qsl(parts.query)), body)
                self._say(200, found, {})
            except Said as said:
                self._say(said.status, said.body, said.headers)

        def _guard(self, path: str) -> None:
            given = self.headers.get("Authorization", "")
            opened = remote.opens(given) if remote.opens else given.removeprefix("Bearer ") in remote.tokens
            if not opened:
                raise Said(401, {"error": "invalid_token"})
            if remote.limited:
                remote.limited -= 1
                raise Said(429, {"error": "slow down"}, {"Retry-After": remote.retry_after})
            if path in remote.failing:
                raise Said(503)
            if path in remote.leads_to:
                raise Said(302, b"", {"Location": remote.leads_to[path]})

        def _say(self, status: int, found: Any, headers: dict[str, str]) -> None:
            data = found if isinstance(found, bytes) else orjson.dumps(found)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            try:
                self.wfile.write(data)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, *_: Any) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    http.daemon_threads = True
    remote.host = f"127.0.0.1:{http.server_address[1]}"
    remote.url = f"http://{remote.host}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
