"""Actions travel with an assistant's file: their documents, what is switched on, and how calls are signed, but no secret."""

import io
import json
import zipfile
from typing import Any

import orjson
import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile

from assistants.actions.actions.add_action import add_action
from assistants.actions.fetching import reading_of_offer
from assistants.actions.mcp.offer import OfferedTool, ServerOffer
from assistants.actions.models import Action
from assistants.actions.queries import actions_of
from assistants.actions.reading import reading_of_document
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.connections.auth_settings import read_settings
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import patch_policy
from organisations.actors import Actor
from organisations.permissions import Role
from tests.factories.actions import document_of, make_action
from tests.factories.building import make_assistant, present_draft
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import JsonClient, api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/assistants"
KEY = "CANARY-key-of-the-cellar"
URL = "https://cellar.example.com"
PATHS = {
    "/wines": {
        "get": {"operationId": "listWines", "responses": {"200": {"description": "ok"}}},
        "post": {"operationId": "addWine", "responses": {"200": {"description": "ok"}}},
    }
}


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def offer() -> ServerOffer:
    tool = OfferedTool(
        name="tides", key="tides", title="Tides", description="Says the tides.", input_schema={"type": "object"},
        output_schema=None, annotations={"read_only_hint": True}, fingerprint="f" * 64, unusable="",
    )  # fmt: skip
    return ServerOffer("Harbour", "1", "", "2026-07-28", (tool,), ())


@pytest.fixture
def cellar(alice: Actor) -> Assistant:
    made = make_assistant(alice, "Cellar")
    auth = read_settings(
        {
            "kind": "api_key",
            "owner": "organisation",
            "placement": {"where": "header", "name": "X-Key"},
            "key": KEY,
        }
    )
    reading = reading_of_document(document_of(URL, PATHS), name="Wines: red & white")
    wines = add_action(actor=alice, assistant_id=made.public_id, reading=reading, auth=auth)
    server = reading_of_offer(offer(), "https://mcp.example.com/mcp")
    tides = add_action(actor=alice, assistant_id=made.public_id, reading=server)
    uses = [
        {"id": tides.public_id, "operations": ["tides"]},
        {"id": wines.public_id, "operations": ["listWines"]},
    ]
    update_draft(actor=alice, assistant_id=made.public_id, patch={"actions": uses})
    return made


def export(api: JsonClient, assistant_id: str, **query: Any) -> bytes:
    answer = api.get(f"{BASE}/{assistant_id}/export", query)
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def bring(api: JsonClient, data: bytes, name: str = "assistant.zip") -> Any:
    return api.post(f"{BASE}/import", {"file": SimpleUploadedFile(name, data)}, format="multipart")


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def have(actor: Actor, assistant_id: str) -> list[Action]:
    with tenant_scope(actor.organisation):
        return list(actions_of(actor.organisation, assistant_id))


def test_a_copy_has_the_same_actions_and_none_of_the_secrets(
    api: JsonClient, alice: Actor, charlie: Actor, cellar: Assistant
) -> None:
    exported = export(api, cellar.public_id)
    files = members(exported)
    assert set(files) == {"actions/Harbour.json", "actions/Wines-red-white.json", "assistant.yaml"}
    assert KEY.encode() not in b"".join(files.values())
    assert b"act_" not in b"".join(files.values())
    theirs = api_client_for(charlie)
    answer = bring(theirs, exported)
    assert answer.status_code == 201, answer.content
    copy = answer.json()["assistant"]["id"]
    assert answer.json()["report"]["missing"] == []
    wines = next(one for one in have(charlie, copy) if one.kind == "openapi")
    assert (wines.name, wines.server_url) == ("Wines: red & white", URL)
    assert wines.profile is not None
    assert wines.profile.document["placement"] == {"where": "header", "name": "X-Key"}
    again = members(export(theirs, copy))
    assert again["assistant.yaml"].decode().splitlines() == files["assistant.yaml"].decode().splitlines()
    assert again == files


def test_a_version_takes_along_what_it_was_made_with(api: JsonClient, cellar: Assistant) -> None:
    made = api.post(f"{BASE}/{cellar.public_id}/versions", {"note": ""})
    assert made.status_code == 201, made.content
    present = export(api, cellar.public_id)
    assert members(export(api, cellar.public_id, version=1)) == members(present)


def test_what_is_pushed_is_what_the_draft_has(api: JsonClient, alice: Actor, cellar: Assistant) -> None:
    files = members(export(api, cellar.public_id))
    url = f"{BASE}/{cellar.public_id}/import"
    before = have(alice, cellar.public_id)
    same = api.put(url, {"file": SimpleUploadedFile("a.zip", packed(files))}, format="multipart")
    assert same.status_code == 200, same.content
    assert same.json()["changed"] == []
    more = document_of(URL, {**PATHS, "/casks": {"get": {"operationId": "casks", "responses": {}}}})
    whole = yaml.safe_load(files["assistant.yaml"])
    whole["actions"][1]["operations"] = ["casks"]
    files |= {"actions/Wines-red-white.json": more, "assistant.yaml": yaml.safe_dump(whole).encode()}
    pushed = api.put(url, {"file": SimpleUploadedFile("a.zip", packed(files))}, format="multipart")
    assert pushed.status_code == 200, pushed.content
    assert pushed.json()["changed"] == ["actions"]
    assert [one.pk for one in have(alice, cellar.public_id)] == [one.pk for one in before]
    assert [use["operations"] for use in present_draft(alice, cellar)["actions"]] == [["tides"], ["casks"]]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("actions/Harbour.json", b"[]", "MCP server offers"),
        ("actions/Wines-red-white.json", b"openapi: 1", "assistant.yaml"),
        ("actions/Wines-red-white.json", None, "not in the folder"),
    ],
)
def test_a_wrong_document_is_refused_with_its_line(
    api: JsonClient, cellar: Assistant, name: str, content: bytes | None, word: str
) -> None:
    files = members(export(api, cellar.public_id))
    del files[name]
    if content is not None:
        files[name] = content
    answer = bring(api, packed(files))
    assert answer.status_code == 400
    assert word in str(answer.json())


def test_who_may_add_no_actions_gets_an_assistant_without_them(
    api: JsonClient, charlie: Actor, cellar: Assistant
) -> None:
    builder = add_member(charlie.organisation, make_user(), Role.BUILDER)
    patch_policy(actor=charlie, patch={"building": {"actions": {"roles": ["owner"]}}})
    answer = bring(api_client_for(builder), export(api, cellar.public_id))
    assert answer.status_code == 201, answer.content
    assert have(charlie, answer.json()["assistant"]["id"]) == []
    missing = answer.json()["report"]["missing"]
    assert [one["given"] for one in missing] == ["actions/Harbour.json", "actions/Wines-red-white.json"]


def test_a_blocked_host_is_left_out_and_said(api: JsonClient, charlie: Actor, cellar: Assistant) -> None:
    patch_policy(actor=charlie, patch={"hosts": {"blocked": ["cellar.example.com"]}})
    answer = bring(api_client_for(charlie), export(api, cellar.public_id))
    assert answer.status_code == 201
    (missing,) = answer.json()["report"]["missing"]
    assert "cellar.example.com" in missing["reason"]
    assert [one.kind for one in have(charlie, answer.json()["assistant"]["id"])] == ["mcp"]


def test_a_gpt_brings_its_actions(api: JsonClient, alice: Actor) -> None:
    auth = {"type": "service_http", "authorization_type": "custom", "custom_auth_header": "X-Cellar"}
    spec = document_of(URL, PATHS).decode()
    metadata = {
        "domain": "cellar.example.com",
        "raw_spec": spec,
        "auth": auth,
        "privacy_policy_url": f"{URL}/privacy",
    }
    tools = [{"id": "t", "type": "plugins_prototype", "metadata": metadata}]
    gpt = {"gizmo": {"instructions": "x", "display": {"name": "A"}}, "tools": tools}
    answer = bring(api, json.dumps(gpt).encode(), "gpt.json")
    assert answer.status_code == 201, answer.content
    made = answer.json()
    (action,) = have(alice, made["assistant"]["id"])
    assert (action.host, action.privacy_policy_url) == ("cellar.example.com", f"{URL}/privacy")
    assert action.profile is not None
    assert action.profile.document["placement"] == {"where": "header", "name": "X-Cellar"}
    draft = api.get(f"{BASE}/{made['assistant']['id']}/draft").json()
    assert draft["actions"] == [{"id": action.public_id, "operations": ["listWines", "addWine"]}]
    assert {"given": "tools.0.metadata.raw_spec", "field": "actions"} in made["report"]["mapped"]


def test_a_document_beside_a_gpt_is_its_action(api: JsonClient, alice: Actor) -> None:
    files = {"instructions.md": b"You help.", "openapi.json": document_of(URL, PATHS)}
    made = bring(api, packed(files), "wine.zip").json()
    assert [one.host for one in have(alice, made["assistant"]["id"])] == ["cellar.example.com"]


def test_one_action_stands_alone(api: JsonClient, alice: Actor) -> None:
    """An OpenAPI document as it was given comes out byte for byte."""
    made = make_assistant(alice, "Plain")
    document = orjson.dumps(orjson.loads(document_of(URL, PATHS)), option=orjson.OPT_INDENT_2)
    make_action(alice, made, document)
    assert members(export(api, made.public_id))["actions/Tasks.json"] == document
