"""Another installation, or this one, over its REST API: for commands that run wherever the files lie."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import quote

from kernel.egress import EgressError, GuardedClient, guarded_client, trust_url

MEGABYTE = 1024 * 1024
LARGEST = 500 * MEGABYTE
SECONDS = 300.0
LOOK_AGAIN = 1.0
DONE = ("ready", "failed")


class RemoteRefused(Exception):
    """The server did not do it; the message says why, in its own words."""


class Remote:
    """The API of one installation, with an API key.

    Its address comes from whoever runs the command, so it may be a private one.
    """

    def __init__(self, url: str, key: str) -> None:
        self.base = url.rstrip("/") + "/api/v1"
        self.headers = {"authorization": f"Bearer {key}"}
        trust_url(url)

    def export(self, assistant_id: str) -> IO[bytes]:
        """The draft of an assistant as a zip, in a temporary file."""
        target: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - its reader closes it
        with self._client() as client, client.stream("GET", self._one(assistant_id) + "/export") as response:
            if response.status_code != 200:
                response.read()
                raise RemoteRefused(_words(response))
            for chunk in response.iter_bytes():
                target.write(chunk)
        target.seek(0)
        return target

    def push(self, archive: IO[bytes], assistant_id: str | None) -> dict[str, Any]:
        """Write an archive over a draft, or make an assistant of it."""
        files = {"file": ("assistant.zip", archive, "application/zip")}
        if assistant_id:
            return self._json("PUT", self._one(assistant_id) + "/import", files=files)
        return self._json("POST", f"{self.base}/assistants/import?format=bottega", files=files)

    def publish(self, assistant_id: str, note: str) -> dict[str, Any]:
        """Freeze the draft as the next version, which goes live."""
        return self._json("POST", self._one(assistant_id) + "/versions", json={"note": note})

    def wait_for_sources(self, assistant_id: str, *, seconds: float, tell: Callable[[str], None]) -> None:
        """Wait until everything that the draft knows has been read.

        Raises:
            RemoteRefused: something cannot be read, or it takes longer than `seconds`.
        """
        end = time.monotonic() + seconds
        while True:
            rows = list(self._sources(assistant_id))
            failed = [row for row in rows if row["state"] == "failed"]
            if failed:
                raise RemoteRefused("\n".join(f"{row['name']}: {row['error']['message']}" for row in failed))
            waiting = [row["name"] for row in rows if row["state"] not in DONE]
            if not waiting:
                return
            if time.monotonic() > end:
                raise RemoteRefused(f"Still being read after {seconds:.0f} seconds: {', '.join(waiting)}")
            tell(f"Waiting for {len(waiting)} of {len(rows)} sources to be read")
            time.sleep(LOOK_AGAIN)

    def _sources(self, assistant_id: str) -> Iterator[dict[str, Any]]:
        query, cursor = "?limit=100", ""
        while True:
            page = self._json("GET", self._one(assistant_id) + "/sources" + query + cursor)
            yield from page["results"]
            if not page["next"]:
                return
            cursor = f"&cursor={quote(page['next'])}"

    def _one(self, assistant_id: str) -> str:
        return f"{self.base}/assistants/{quote(assistant_id, safe='')}"

    def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        with self._client() as client:
            response = client.request(method, url, **options)
        if response.status_code >= 300:
            raise RemoteRefused(_words(response))
        answer: dict[str, Any] = response.json()
        return answer

    @contextmanager
    def _client(self) -> Iterator[GuardedClient]:
        options: dict[str, Any] = {"headers": self.headers, "operator_hosts": True}
        try:
            with guarded_client(timeout=60.0, total=SECONDS, max_bytes=LARGEST, **options) as client:
                yield client
        except EgressError as error:
            raise RemoteRefused(f"{self.base} cannot be reached ({error.code}).") from error


def _words(response: Any) -> str:
    try:
        problem = response.json()
        errors = [error["message"] for error in problem.get("errors") or []]
        return "\n".join(errors) or str(problem["detail"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"The server answered {response.status_code}."
