"""Files that an MCP server or an API gives in a chat: what becomes of each, and who can open it."""

import base64
from typing import Any

import mcp_types as mcp
import pytest

from assistants.actions.calling import carrying
from assistants.actions.files import keeping
from assistants.actions.mcp import results
from assistants.actions.models import ActionCall, ActionFile
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.fakes.files import PNG
from tests.fakes.hostile_hosts import hostile_host, slow_body
from tests.fakes.mcp_server import McpFake
from tests.fixtures.people import client_for
from tests.security.injection import House, order

pytestmark = pytest.mark.django_db(transaction=True)


def answer_with(*content: Any) -> mcp.CallToolResult:
    return mcp.CallToolResult(content=list(content))


def resource(uri: str, data: bytes, kind: str) -> mcp.EmbeddedResource:
    blob = base64.b64encode(data).decode()
    return mcp.EmbeddedResource(resource=mcp.BlobResourceContents(uri=uri, mime_type=kind, blob=blob))


def test_files_of_an_mcp_server_are_downloads_and_links_are_never_followed(
    house: House, harbour: McpFake, bob: Actor
) -> None:
    picture, sound = base64.b64encode(PNG).decode(), base64.b64encode(b"RIFF0000WAVE").decode()
    harbour.results["tides"] = answer_with(
        mcp.TextContent(text="High water at nine."),
        mcp.ImageContent(data=picture, mime_type="image/png"),
        mcp.ImageContent(data=sound, mime_type="image/png"),  # says what it is not
        mcp.AudioContent(data=sound, mime_type="audio/wav"),
        resource("file:///../../tides.html", b"<script>alert(1)</script>", "text/html"),
        mcp.EmbeddedResource(resource=mcp.TextResourceContents(uri="x:y", text="Low water at three.")),
        mcp.ResourceLink(uri=f"{house.thief.url}/more.pdf", name="More"),
    )
    message = house.ask(order("tides", {"text": "Ada"}))
    (call,) = message["tool_calls"]
    detail = call["detail"]
    told = [(file["name"], file["mime_type"]) for file in detail["files"]]
    assert told == [("image-1.png", "image/png"), ("audio-3.wav", "audio/wav"), ("tides.html", "text/html")]
    assert [one["name"] for one in detail["files_left_out"]] == ["image-2.png"]
    assert "Low water at three." in detail["answer"]
    assert picture not in str(message)
    assert (house.thief.asked, call["untrusted"]) == ([], True)
    for file in detail["files"]:
        opened = client_for(house.alice).get(file["url"])
        assert opened["Content-Disposition"].startswith("attachment")
        assert (opened["Content-Type"], opened["X-Content-Type-Options"]) == (
            "application/octet-stream",
            "nosniff",
        )
        assert client_for(bob).get(file["url"]).status_code == 404
    assert client_for(house.alice).get(detail["files"][0]["url"]).content == PNG


def test_an_mcp_server_that_gives_too_much_keeps_ten_files(
    house: House, harbour: McpFake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "MOST_FILE_BYTES", 1000)
    picture = mcp.ImageContent(data=base64.b64encode(PNG).decode(), mime_type="image/png")
    large = resource("x:/large.txt", b"0" * 1001, "text/plain")
    harbour.results["tides"] = answer_with(large, *[picture] * 12)
    (call,) = house.ask(order("tides", {"text": "Ada"}))["tool_calls"]
    assert (len(call["detail"]["files"]), call["detail"]["truncated"]) == (10, True)
    with tenant_scope(house.alice.organisation):
        rows = ActionFile.objects.for_organisation(house.alice.organisation)
        assert rows.count() == 10
        (written,) = ActionCall.objects.for_organisation(house.alice.organisation)
        assert written.outcome == ActionCall.Outcome.ANSWERED


def test_files_that_take_too_long_leave_the_answer_as_it_was(
    house: House, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a write would look as if it had failed, and be made again."""
    monkeypatch.setattr(carrying, "SECONDS", 0.5)
    monkeypatch.setattr(keeping, "SECONDS", 0.7)
    with hostile_host(slow_body) as slow:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, f"127.0.0.1:{slow.port}"]
        house.api.says("/tasks", {"tasks": ["Paint"], "openaiFileResponse": [f"{slow.url}/may.png"]})
        (call,) = house.ask(f"What is open? {order('listTasks', {'owner': 'Ada'})}")["tool_calls"]
    assert (call["ok"], call["detail"]["files"]) == (True, [])
    assert [one["name"] for one in call["detail"]["files_left_out"]] == ["may.png"]
    assert [one.outcome for one in house.calls()] == [ActionCall.Outcome.ANSWERED]
