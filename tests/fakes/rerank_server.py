"""A reranker over real HTTP on loopback: it likes passages by how many words of the question they hold.

`style` is cohere (results with relevance_score) or tei (a bare list, `texts` in the request); `fault` is a status to answer
with, `slow` or `nonsense`. It keeps a journal of what it was asked.
"""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class RerankServer:
    """What it is told to do, and what it was asked."""

    def __init__(self) -> None:
        self.style, self.fault = "cohere", ""
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.url = ""

    def answer(self, body: dict[str, Any]) -> tuple[int, Any]:
        """Status and document for a request."""
        if self.fault.isdigit():
            return int(self.fault), {"message": "no"}
        if self.fault == "nonsense":
            return 200, {"results": [{"index": 99, "relevance_score": 1.0}]}
        texts = body.get("texts" if self.style == "tei" else "documents")
        if texts is None:
            return 422, {"error": "missing field `texts`", "error_type": "Validation"}
        wanted = set(body["query"].lower().split())
        scores = [len(wanted & set(text.lower().split())) / len(wanted) for text in texts]
        ordered = sorted(range(len(texts)), key=lambda index: -scores[index])
        if self.style == "tei":
            return 200, [{"index": index, "score": scores[index]} for index in ordered]
        return 200, {"results": [{"index": index, "relevance_score": scores[index]} for index in ordered]}


@contextmanager
def rerank_server() -> Iterator[RerankServer]:
    """Run one."""
    told = RerankServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            told.asked.append(body)
            told.keys.append(self.headers.get("Authorization"))
            if told.fault == "slow":
                time.sleep(0.6)
            status, document = told.answer(body)
            said = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
