"""Assistants with sources over REST: what a creator's script would do."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from harness.services import Installation, bottega_parts, running, seed


@contextmanager
def worker(made: Installation) -> Iterator[int]:
    """The worker as `make run` starts it: its pid."""
    part = bottega_parts(host="127.0.0.1", port=0, data=made.data, given=made.environment)[1]
    with running(
        part.arguments, made.environment | part.environment, made.data / "logs" / "worker.log"
    ) as process:
        yield process.pid


class Creator:
    """Somebody with a key who builds assistants."""

    def __init__(self, made: Installation, address: str) -> None:
        key, _ = seed(made, [])
        self._client = httpx2.Client(
            base_url=f"{address}/api/v1",
            headers={"Authorization": f"Bearer {key}"},
            timeout=120,
            trust_env=False,
        )

    def post(self, path: str, **sent: Any) -> Any:
        """The decoded answer to a POST."""
        response = self._client.post(path, **sent)
        if response.status_code >= 300:
            raise SystemExit(f"POST {path} answered {response.status_code}: {response.text[:500]}")
        return response.json()

    def get(self, path: str) -> Any:
        """The decoded answer to a GET."""
        response = self._client.get(path)
        if response.status_code >= 300:
            raise SystemExit(f"GET {path} answered {response.status_code}: {response.text[:500]}")
        return response.json()

    def assistant(self, name: str, *, model: str = "", grounding: str = "", silent: str = "") -> str:
        """The id of a new assistant; what is given of its model, grounding and sentence for silent sources is its draft's."""
        policy = {"grounding": grounding, "not_enough_information": silent}
        draft = {"model": {"id": model}} if model else {}
        if any(policy.values()):
            draft["answer_policy"] = {key: value for key, value in policy.items() if value}
        return str(self.post("/assistants", json={"name": name, **({"draft": draft} if draft else {})})["id"])

    def ask(self, assistant: str, question: str) -> dict[str, Any]:
        """The draft's answer to a question of its own: a message."""
        message: dict[str, Any] = self.post(f"/assistants/{assistant}/preview", json={"text": question})[
            "message"
        ]
        return message

    def upload(self, assistant: str, name: str, data: bytes) -> str:
        """The id of a new source made of a file."""
        return str(self.post(f"/assistants/{assistant}/sources", files={"file": (name, data)})["id"])

    def source(self, assistant: str, source: str) -> dict[str, Any]:
        """How a source stands."""
        found: dict[str, Any] = self.get(f"/assistants/{assistant}/sources/{source}")
        if found["state"] == "failed":
            raise SystemExit(f"{found['name']}: {found['error']}")
        return found

    def wait(
        self, assistant: str, source: str, *, until: str = "ready", pause: float = 0.02
    ) -> dict[str, Any]:
        """Return once a source is `ready`, or `searchable`."""
        while True:
            found = self.source(assistant, source)
            if found["state"] == "ready" or (until == "searchable" and found["searchable"]):
                return found
            time.sleep(pause)

    def retrieve(
        self, assistant: str, query: str, *, k: int = 10, mode: str = "hybrid"
    ) -> list[dict[str, Any]]:
        """The passages that answer a query."""
        found: list[dict[str, Any]] = self.post(
            f"/assistants/{assistant}/retrieve", json={"query": query, "k": k, "mode": mode}
        )["passages"]
        return found
