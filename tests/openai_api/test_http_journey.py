"""The main job over HTTP only, on running processes: key, create, upload, publish, find, ask through the SDK."""

import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from tests.fixtures.live import ROOT, Site

pytestmark = pytest.mark.serial
HANDBOOK = """# Holiday

New colleagues have 28 days of holiday a year. Up to five days may be carried over until 31 March.

# Expenses

Expenses are paid back within ten days. Send the receipt to the office before the end of the month.
"""
SENTENCE = "The handbook does not say."


@pytest.fixture
def key(site: Site) -> str:
    manage(site, "sync_models")
    manage(site, "create_user", "noor@example.org", "--password", "three unrelated words")
    return manage(site, "create_api_key", "noor@example.org").strip()


@pytest.fixture
def api(site: Site, key: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=f"{site.url}/api/v1", headers=headers, timeout=60) as client:
        yield client


def manage(site: Site, *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=site.environment, check=True, capture_output=True, text=True
    ).stdout


def made(response: httpx2.Response) -> dict[str, Any]:
    assert response.status_code in (200, 201), response.text
    return dict(response.json())


def published(api: httpx2.Client, model: str) -> str:
    """The slug of a live listing that was made, fed and published over HTTP."""
    policy = {"grounding": "only", "not_enough_information": SENTENCE}
    draft = {"model": {"id": model}, "answer_policy": policy}
    assistant = made(api.post("/assistants", json={"name": "Handbook", "draft": draft}))["id"]
    file = ("handbook.md", HANDBOOK.encode(), "text/markdown")
    source = made(api.post(f"/assistants/{assistant}/sources", files={"file": file}))
    wait_until_ready(api, f"/assistants/{assistant}/sources/{source['id']}")
    assert made(api.post(f"/assistants/{assistant}/versions", json={"note": "First"}))["number"] == 1
    listing = {
        "assistant": assistant,
        "visibility": "public",
        "category": "work",
        "tagline": "Knows the handbook",
    }
    listing_id = made(api.post("/listings", json=listing | {"description": "Answers from it."}))["id"]
    assert made(api.post(f"/listings/{listing_id}/submit"))["state"] == "live"
    found = made(api.get("/store/listings", params={"search": "handbok"}))["results"]
    return str(found[0]["slug"])


def wait_until_ready(api: httpx2.Client, url: str) -> None:
    deadline = time.monotonic() + 120
    while (source := made(api.get(url)))["state"] != "ready":
        assert source["state"] != "failed", source["error"]
        assert time.monotonic() < deadline, source
        time.sleep(0.2)


def test_quote_answers_with_citations_and_says_when_it_cannot(
    site: Site, api: httpx2.Client, key: str
) -> None:
    slug = published(api, "bottega/quote")
    disclosures = httpx2.get(f"{site.url}/api/v1/store/listings/{slug}", timeout=60).json()["disclosures"]
    assert disclosures["hosts"] == []
    assert disclosures["models"][0]["id"] == "bottega/quote"
    sdk = openai.OpenAI(base_url=f"{site.url}/v1", api_key=key)
    whole = sdk.chat.completions.create(
        model=slug, messages=[question("How many days of holiday do I have?")]
    )
    message = whole.choices[0].message
    assert "28 days of holiday" in (message.content or "")
    citation = (message.annotations or [])[0].url_citation
    assert citation.title == "handbook.md"
    assert "28 days" in citation.model_dump()["quote"]
    unknown = sdk.chat.completions.create(model=slug, messages=[question("Who won the world cup in 1998?")])
    assert unknown.choices[0].message.content == SENTENCE
    chunks = [
        chunk.choices[0].delta
        for chunk in sdk.chat.completions.create(
            model=slug, messages=[question("When are expenses paid back?")], stream=True
        )
        if chunk.choices
    ]
    assert "within ten days" in "".join(delta.content or "" for delta in chunks)
    assert any(delta.model_dump().get("annotations") for delta in chunks)


def test_smollm2_generates_token_by_token(site: Site, api: httpx2.Client, key: str) -> None:
    slug = published(api, "bottega/smollm2-135m")
    sdk = openai.OpenAI(base_url=f"{site.url}/v1", api_key=key, timeout=120)
    chunks = [
        chunk
        for chunk in sdk.chat.completions.create(
            model=slug, messages=[question("How many days of holiday do I have?")], max_tokens=40, stream=True
        )
        if chunk.choices and chunk.choices[0].delta.content
    ]
    assert len(chunks) > 2  # pieces that arrive together are sent together


def question(text: str) -> Any:
    return {"role": "user", "content": text}
