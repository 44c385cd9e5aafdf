"""Every kind of source goes out with an assistant's file, with what is set about it, and comes back."""

import io
import zipfile
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from assistants.building.actions.duplicate_assistant import duplicate_assistant
from assistants.building.models import Assistant
from assistants.knowledge.actions.share_source import share_source
from assistants.knowledge.models import Source
from kernel.tenancy import tenant_scope
from organisations.actions.create_group import create_group
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = pytest.mark.django_db
BASE = "/api/v1/assistants"
PAIRS = [{"question": "When is the rent due?", "answer": "On the first."}]
SITE = {"type": "site", "url": "https://example.org/help/", "depth": 1, "exclude": ["/help/old/*"]}


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


@pytest.fixture
def assistant(alice: Actor, api: JsonClient) -> Assistant:
    """One that knows questions, a website with a page, and a restricted text."""
    made = make_assistant(alice, "Rent advisor")
    group = create_group(actor=alice, name="Board")
    qa = add(api, made, type="qa", title="Questions", pairs=PAIRS)
    site = add(api, made, **SITE)
    text = add(api, made, type="text", title="Minutes", text="The board met.")
    about(api, made, qa, tags=["faq"], metadata={"year": 2026}, showing="quote_only")
    about(api, made, site, sync_every="weekly")
    about(api, made, text, groups=[group.public_id])
    with tenant_scope(alice.organisation, durable=True):
        parent = Source.objects.for_organisation(alice.organisation).get(public_id=site)
        Source.objects.create(
            organisation=alice.organisation,
            source_set=made.source_set,
            parent=parent,
            type="url",
            name="Page",
        )
    return made


def add(api: JsonClient, assistant: Assistant, **given: Any) -> str:
    answer = api.post(f"{BASE}/{assistant.public_id}/sources", given)
    assert answer.status_code == 201, answer.content
    return str(answer.json()["id"])


def about(api: JsonClient, assistant: Assistant, source_id: str, **given: Any) -> None:
    answer = api.patch(f"{BASE}/{assistant.public_id}/sources/{source_id}", given)
    assert answer.status_code == 200, answer.content


def export(api: JsonClient, assistant: Assistant) -> bytes:
    answer = api.get(f"{BASE}/{assistant.public_id}/export")
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def listed(data: bytes) -> list[dict[str, Any]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries: list[dict[str, Any]] = yaml.safe_load(archive.read("assistant.yaml"))["knowledge"]
        return [{name: value for name, value in entry.items() if name != "sha256"} for entry in entries]


def sources(api: JsonClient, assistant_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"{BASE}/{assistant_id}/sources").json()["results"]
    return sorted(found, key=lambda source: source["name"])


def test_each_kind_is_written_as_what_it_is(api: JsonClient, assistant: Assistant) -> None:
    assert listed(export(api, assistant)) == [
        {"type": "text", "title": "Minutes", "file": "knowledge/Minutes.md", "restricted": True},
        {
            "type": "qa",
            "title": "Questions",
            "file": "knowledge/Questions.json",
            "tags": ["faq"],
            "metadata": {"year": 2026},
            "showing": "quote_only",
        },
        {
            "type": "site",
            "title": "example.org/help",
            "url": "https://example.org/help/",
            "follow": {"depth": 1, "exclude": ["/help/old/*"]},
            "every": "weekly",
        },
    ]


def test_what_is_brought_in_is_what_went_out(api: JsonClient, assistant: Assistant) -> None:
    data = export(api, assistant)
    answer = api.post(f"{BASE}/import", {"file": SimpleUploadedFile("a.zip", data)}, format="multipart")
    assert answer.status_code == 201, answer.content
    minutes, questions, site = sources(api, answer.json()["assistant"]["id"])
    assert (minutes["restricted"], minutes["groups"]) == (True, [])
    assert (questions["type"], questions["tags"], questions["metadata"]) == ("qa", ["faq"], {"year": 2026})
    assert questions["showing"] == "quote_only"
    assert (site["type"], site["freshness"]["every"]) == ("site", "weekly")
    assert (site["settings"]["depth"], site["settings"]["exclude"]) == (1, ["/help/old/*"])


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        ({"type": "site", "file": "knowledge/x.md"}, "url"),
        ({"type": "qa", "url": "https://example.org"}, "file"),
        ({"type": "url", "url": "https://example.org", "follow": {"depth": 1}}, "followed"),
        ({"type": "site", "url": "https://example.org", "follow": {"depth": 9}}, "depth"),
        ({"type": "qa", "file": "knowledge/bad.json"}, "questions"),
    ],
)
def test_entries_that_make_no_sense_are_refused_by_their_line(
    api: JsonClient, entry: dict[str, Any], word: str
) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "assistant.yaml", yaml.safe_dump({"schema": "bottega.assistant/1", "knowledge": [entry]})
        )
        archive.writestr("knowledge/bad.json", '{"no": "list"}')
        archive.writestr("knowledge/x.md", "text")
    answer = api.post(
        f"{BASE}/import", {"file": SimpleUploadedFile("a.zip", file.getvalue())}, format="multipart"
    )
    assert word in str(answer.json()), answer.content


def test_a_copy_has_everything_that_is_set(alice: Actor, api: JsonClient, assistant: Assistant) -> None:
    copy = duplicate_assistant(actor=alice, assistant_id=assistant.public_id)
    before, after = sources(api, assistant.public_id), sources(api, copy.public_id)
    same = ("type", "name", "tags", "metadata", "showing", "restricted", "groups", "settings")
    assert [{n: one[n] for n in same} for one in after] == [{n: one[n] for n in same} for one in before]


def test_what_is_shared_is_carried_along_and_stays_shared(
    alice: Actor, api: JsonClient, assistant: Assistant
) -> None:
    target = make_assistant(alice, "Guide")
    questions = sources(api, assistant.public_id)[1]
    share_source(actor=alice, source_set=target.source_set, source_id=questions["id"])
    data = export(api, target)
    assert [entry["title"] for entry in listed(data)] == ["Questions"]
    pushed = api.put(
        f"{BASE}/{target.public_id}/import", {"file": SimpleUploadedFile("a.zip", data)}, format="multipart"
    )
    assert pushed.status_code == 200, pushed.content
    assert [one["id"] for one in sources(api, target.public_id)] == [questions["id"]]
