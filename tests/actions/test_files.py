"""Files that calls give, and files that calls take along."""

import base64
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import orjson
import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from assistants.actions.actions.forget_files import purge_files
from assistants.actions.files.links import download_link, linked_file
from assistants.actions.models import ActionFile
from assistants.actions.personal_data import HOLDER
from assistants.building.actions.publish import publish
from assistants.chat.actions.delete_conversation import delete_conversation, restore_conversation
from kernel.errors import NotFound
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant
from tests.factories.chat import make_conversation
from tests.fakes.model_server import ModelServer
from tests.fixtures.live_app import LiveApp
from tests.fixtures.people import api_client_for, api_key_for, client_for
from tests.security.injection import Counting, counting

pytestmark = pytest.mark.django_db(transaction=True)
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
REFS = {"type": "array", "items": {"type": "string"}}
PART = {"type": "string", "format": "binary"}
OK = {"200": {"description": "ok"}}


def taking(media_type: str, properties: dict[str, Any]) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties}
    return {"content": {media_type: {"schema": schema}}}


PATHS = {
    "/report": {"get": {"operationId": "report", "responses": OK}},
    "/mail": {
        "post": {
            "operationId": "mail",
            "requestBody": taking("application/json", {"openaiFileIdRefs": REFS, "to": {"type": "string"}}),
            "responses": OK,
        }
    },
    "/upload": {
        "post": {
            "operationId": "upload",
            "requestBody": taking("multipart/form-data", {"file": PART, "note": {"type": "string"}}),
            "responses": OK,
        }
    },
}


def inline(name: str, data: bytes, mime_type: str = "") -> dict[str, str]:
    return {"name": name, "mime_type": mime_type, "content": base64.b64encode(data).decode()}


class Talk:
    """A conversation with an assistant whose action gives and takes files."""

    def __init__(self, alice: Actor, api: httpx2.Client, model: ModelServer, service: Counting) -> None:
        self.alice, self.api, self.model, self.service = alice, api, model, service
        self.assistant = make_assistant(alice, "Ada", model={"id": "fake/chat"})
        make_action(alice, self.assistant, document_of(service.url, PATHS))
        publish(actor=alice, assistant_id=self.assistant.public_id, visibility="organisation")
        self.conversation = make_conversation(alice, self.assistant).public_id

    def ask(self, text: str, *calls: tuple[str, dict[str, Any]]) -> dict[str, Any]:
        if calls:
            self.model.answer(tool_calls=list(calls))
        self.model.answer("Done.")
        response = self.api.post(f"/api/v1/conversations/{self.conversation}/messages", json={"text": text})
        assert response.status_code == 200, response.text
        return dict(response.json()["message"])

    def report(self, *files: Any) -> dict[str, Any]:
        """Have the service give files; the detail of the call."""
        self.service.says("/report", {"title": "May", "openaiFileResponse": list(files)})
        return dict(self.ask("The report", ("report", {}))["tool_calls"][0]["detail"])

    def allow(self, message: dict[str, Any]) -> None:
        for wanted in message["requires_action"]["confirmations"]:
            url = f"/api/v1/turns/{message['turn']}/confirmations/{wanted['id']}"
            assert self.api.post(url, json={"decision": "allow"}).status_code == 200
        with self.api.stream("GET", f"/api/v1/turns/{message['turn']}/events") as stream:
            assert "Done." in "".join(stream.iter_text())


@pytest.fixture
def talk(live_app: LiveApp, model_server: ModelServer, alice: Actor, settings: Any) -> Iterator[Talk]:
    settings.PUBLIC_URL = live_app.url
    with counting() as service, live_app.client(api_key_for(alice)) as api:
        settings.EGRESS_ALLOW = [*settings.EGRESS_ALLOW, service.url.removeprefix("http://")]
        yield Talk(alice, api, model_server, service)


def stored() -> list[ActionFile]:
    with across_organisations(reason="tests"):
        return list(ActionFile.objects.across_organisations(reason="tests").order_by("id"))


def test_files_of_an_answer_are_downloads_of_their_owner_alone(
    talk: Talk, bob: Actor, charlie: Actor
) -> None:
    detail = talk.report(inline("../may.png", PNG, "image/png"), inline("x.html", b"<script>", "text/html"))
    picture, page = detail["files"]
    assert (picture["name"], picture["mime_type"], picture["size"]) == ("may.png", "image/png", len(PNG))
    read = talk.model.chats[-1].prompt
    assert picture["id"] in read
    assert base64.b64encode(PNG).decode() not in read
    for file in (picture, page):
        answer = client_for(talk.alice).get(file["url"])
        assert answer.status_code == 200
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert client_for(talk.alice).get(picture["url"]).content == PNG
    assert api_client_for(talk.alice).get(f"/api/v1/action-files/{picture['id']}").status_code == 200
    for other in (bob, charlie):
        assert client_for(other).get(picture["url"]).status_code == 404
        assert api_client_for(other).get(f"/api/v1/action-files/{picture['id']}").status_code == 404
    assert client_for(talk.alice).get("/files/file_none").status_code == 404


def test_what_is_no_file_is_left_out_and_said(talk: Talk) -> None:
    detail = talk.report(inline("lie.pdf", b"no pdf", "application/pdf"), inline("empty.txt", b""))
    assert detail["files"] == []
    assert [one["name"] for one in detail["files_left_out"]] == ["lie.pdf", "empty.txt"]
    assert stored() == []
    assert "was left out" in talk.model.chats[-1].prompt


def test_an_address_of_somebody_elses_is_not_fetched(talk: Talk) -> None:
    detail = talk.report("https://files.example.net/may.pdf")
    assert [one["name"] for one in detail["files_left_out"]] == ["may.pdf"]
    assert talk.service.asked == ["GET /report"]


def test_a_file_is_sent_on_as_a_link_that_dies(talk: Talk) -> None:
    (file,) = talk.report(inline("may.png", PNG, "image/png"))["files"]
    message = talk.ask("Mail it", ("mail", {"openaiFileIdRefs": [file["id"]], "to": "bob"}))
    (wanted,) = message["requires_action"]["confirmations"]
    assert (wanted["reason"], wanted["arguments"]["openaiFileIdRefs"]) == ("taint", [file["id"]])
    talk.allow(message)
    (sent,) = orjson.loads(talk.service.sent[-1].split("\n\n", 1)[1])["openaiFileIdRefs"]
    assert (sent["name"], sent["id"], sent["mime_type"]) == ("may.png", file["id"], "image/png")
    got = httpx2.get(sent["download_link"], timeout=60)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, PNG, "image/png")
    forged = sent["download_link"][:-2] + "xx"
    assert httpx2.get(forged, timeout=60).status_code == 404
    delete_conversation(actor=talk.alice, conversation_id=talk.conversation)
    assert httpx2.get(sent["download_link"], timeout=60).status_code == 404
    assert client_for(talk.alice).get(file["url"]).status_code == 404
    restore_conversation(actor=talk.alice, conversation_id=talk.conversation)
    assert client_for(talk.alice).get(file["url"]).status_code == 200


def test_a_link_is_good_for_five_minutes(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    talk.report(inline("may.png", PNG, "image/png"))
    (row,) = stored()
    token = download_link(row).rpartition("/")[2]
    assert linked_file(token) == row
    now = time.time()
    monkeypatch.setattr("django.core.signing.time.time", lambda: now + 301)
    with pytest.raises(NotFound):
        linked_file(token)


def test_the_bytes_of_a_file_are_a_part_of_a_form(talk: Talk) -> None:
    (file,) = talk.report(inline("may.png", PNG, "image/png"))["files"]
    talk.allow(talk.ask("Upload it", ("upload", {"file": file["id"], "note": "May"})))
    body = talk.service.sent[-1].encode("latin-1")
    assert PNG in body
    assert b'filename="may.png"' in body


def test_files_of_others_and_of_nobody_are_refused(talk: Talk) -> None:
    (file,) = talk.report(inline("may.png", PNG, "image/png"))["files"]
    talk.conversation = make_conversation(talk.alice, talk.assistant).public_id
    for wanted in (file["id"], "file_none"):
        message = talk.ask("Mail it", ("mail", {"openaiFileIdRefs": [wanted], "to": "bob"}))
        assert message["state"] == "complete"
        assert re.search("There is no file", talk.model.chats[-1].prompt)
    assert talk.service.asked == ["GET /report"]


def test_old_files_and_those_of_forgotten_people_go_with_their_bytes(talk: Talk) -> None:
    talk.report(inline("may.png", PNG, "image/png"), inline("june.png", PNG, "image/png"))
    old, young = stored()
    with across_organisations(reason="tests", durable=True):
        rows = ActionFile.objects.across_organisations(reason="tests").filter(pk=old.pk)
        rows.update(created_at=timezone.now() - timedelta(days=91))
    assert purge_files() == 1
    assert stored() == [young]
    assert [default_storage.exists(one.storage_key) for one in (old, young)] == [False, True]
    assert talk.alice.user_id
    assert [one["name"] for one in HOLDER.export(talk.alice.user_id)["files"]] == ["june.png"]
    HOLDER.erase(talk.alice.user_id)
    assert stored() == []
    assert not default_storage.exists(young.storage_key)
