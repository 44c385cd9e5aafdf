"""kill -9 of the worker in mid-ingest: the document is ready after a restart, nothing lost and nothing twice."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from assistants.knowledge.models import Document, Passage, PassageVector
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from tests.factories.chat import make_published
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import Site
from tests.fixtures.people import api_key_for

pytestmark = pytest.mark.serial
PARAGRAPHS = 120
READY_WITHIN = 120


@pytest.fixture
def api(site: Site, alice: Actor, model_server: ModelServer) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {api_key_for(alice)}"}
    with httpx2.Client(base_url=f"{site.url}/api/v1", headers=headers, timeout=30) as client:
        yield client


def test_a_killed_worker_loses_nothing(site: Site, api: httpx2.Client, alice: Actor) -> None:
    assistant = make_published(alice).public_id
    text = "\n\n".join(
        f"Paragraph {n} is about the number {n}. " + f"It says {n} again. " * 12 for n in range(PARAGRAPHS)
    )
    url = f"/assistants/{assistant}/sources"
    source = api.post(url, files={"file": ("numbers.txt", text.encode())}).json()
    state = wait_for(
        api, f"{url}/{source['id']}", lambda s: s["state"] == "embedding" and s["progress"]["done"] > 0
    )
    assert state["searchable"]
    site.kill("worker")
    site.start("worker")
    site.start("beat")
    ended = wait_for(api, f"{url}/{source['id']}", lambda s: s["state"] in ("ready", "failed"))
    assert (ended["state"], ended["error"]) == ("ready", None)
    with across_organisations(reason="test"):
        document = Document.objects.across_organisations(reason="test").get(public_id=source["document"])
        passages = Passage.objects.across_organisations(reason="test").filter(document=document)
        vectors = PassageVector.objects.across_organisations(reason="test").filter(document_id=document.pk)
        assert passages.count() == ended["passages"]
        assert passages.values("ordinal").distinct().count() == passages.count()
        assert vectors.exclude(embedding=None).count() == passages.count()


def wait_for(api: httpx2.Client, url: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    deadline = time.monotonic() + READY_WITHIN
    while True:
        source = dict(api.get(url).json())
        if wanted(source):
            return source
        assert time.monotonic() < deadline, source
        time.sleep(0.2)
