"""An assistant goes out as a file and comes back as the same one."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/assistants"
LEASE = b"# Lease\n\nThe rent is 1,450 euros.\n"


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def export(api: JsonClient, assistant_id: str, **query: Any) -> bytes:
    answer = api.get(f"{BASE}/{assistant_id}/export", query)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def bring(api: JsonClient, data: bytes, name: str = "assistant.zip", **query: str) -> Any:
    path = f"{BASE}/import" + ("?format=" + query["format"] if query else "")
    return api.post(path, {"file": SimpleUploadedFile(name, data)}, format="multipart")


def add(api: JsonClient, assistant_id: str, name: str, data: bytes) -> None:
    answer = api.post(
        f"{BASE}/{assistant_id}/sources", {"file": SimpleUploadedFile(name, data)}, format="multipart"
    )
    assert answer.status_code == 201, answer.json()


def published(api: JsonClient, assistant_id: str) -> str:
    answer = api.post(f"{BASE}/{assistant_id}/versions", {"note": ""})
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["content_hash"])


def test_a_copy_with_its_knowledge_has_the_same_hash(
    api: JsonClient, alice: Actor, run_jobs: RunJobs
) -> None:
    original = make_assistant(
        alice,
        "Rent advisor",
        instructions={"text": "Line one.\n\n  Line two: yes\n", "must_never": ["Guess"]},
        profile={"starters": ["What is the rent?"]},
    ).public_id
    add(api, original, "lease.md", LEASE)
    text = {"type": "text", "title": "Opening hours", "text": "Monday to Friday.\nClosed on Sunday.\n"}
    assert api.post(f"{BASE}/{original}/sources", text).status_code == 201
    brought = bring(api, export(api, original))
    assert brought.status_code == 201, brought.json()
    assert brought.json()["report"]["missing"] == []
    copy = brought.json()["assistant"]["id"]
    run_jobs()
    assert published(api, copy) == published(api, original)
    assert export(api, copy) == export(api, original)


def test_the_archive_reads_as_text(api: JsonClient, alice: Actor) -> None:
    original = make_assistant(alice, "Rent advisor", instructions={"text": "One.\nTwo.\n"}).public_id
    add(api, original, "lease.md", LEASE)
    archive = zipfile.ZipFile(io.BytesIO(export(api, original)))
    assert archive.namelist() == ["assistant.yaml", "knowledge/lease.md"]
    assert archive.read("knowledge/lease.md") == LEASE
    written = archive.read("assistant.yaml").decode()
    assert written.startswith(
        "schema: bottega.assistant/1\nspecification:\n  profile:\n    name: Rent advisor\n"
    )
    assert "    text: |\n      One.\n      Two.\n" in written
