"""A website on loopback whose pages a test changes as it goes; it keeps what was asked of it."""

import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Page:
    """What one path answers. Validators are sent, and honoured, where they are given."""

    body: bytes
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    etag: bool = False


def article(title: str, *paragraphs: str, links: tuple[str, ...] = (), head: str = "") -> Page:
    """A page with a menu around its text."""
    menu = "".join(f'<a href="{link}">{link}</a> ' for link in links)
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    html = (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><nav>{menu}</nav>"
        f"<main><h1>{title}</h1>{text}</main><footer>All rights reserved</footer></body></html>"
    )
    return Page(html.encode(), etag=True)


@dataclass
class Website:
    """The site: `pages` by path with query, `asked` the paths in their order, `agents` who asked; `posts` what a POST is answered."""

    host: str = ""
    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    posts: Page | None = None

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def forget(self) -> None:
        """Begin to count anew."""
        self.asked.clear()


@contextmanager
def website() -> Iterator[Website]:
    """Serve an empty site."""
    site = Website()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            site.agents.add(self.headers.get("User-Agent", ""))
            page = site.pages.get(self.path) or Page(b"<p>Not here</p>", status=404)
            etag = f'"{hashlib.sha256(page.body).hexdigest()[:16]}"'
            same = page.etag and self.headers.get("If-None-Match") == etag
            self.send_response(304 if same else page.status)
            for name, value in page.headers.items():
                self.send_header(name, value)
            if page.etag:
                self.send_header("ETag", etag)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", "0" if same else str(len(page.body)))
            self.end_headers()
            if not same:
                self.wfile.write(page.body)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            page = site.posts or Page(b"", status=405)
            self.send_response(page.status)
            self.send_header("Content-Type", page.kind)
            self.send_header("Content-Length", str(len(page.body)))
            self.end_headers()
            self.wfile.write(page.body)

        def log_message(self, *arguments: Any) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        site.host = f"127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield site
        server.shutdown()
