"""The page to bring assistants along, the report, and the ways out."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assistants.building.models import ImportReport
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import set_policy
from organisations.actors import Actor
from organisations.permissions import Level, Role
from tests.factories.building import make_assistant, share
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/assistants"
FIXTURES = Path(__file__).parent / "imports"


@pytest.fixture
def browser(alice: Actor) -> Client:
    return client_for(alice)


def reports(actor: Actor) -> list[ImportReport]:
    with tenant_scope(actor.organisation):
        return list(ImportReport.objects.for_organisation(actor.organisation).order_by("pk"))


def upload(browser: Client, name: str, data: bytes) -> Any:
    return browser.post("/build/import", {"file": SimpleUploadedFile(name, data), "format": "auto"})


def test_a_file_leads_to_its_report(browser: Client, alice: Actor) -> None:
    answer = upload(browser, "gpt.json", (FIXTURES / "gpt.json").read_bytes())
    assert answer.status_code == 302
    page = browser.get(answer["Location"])
    shown = page.content.decode()
    assert "Wine Friend" in shown
    assert "openapi: 3.1.0" in shown
    assert "Add it as an action of this assistant" in shown
    assert (
        answer["Location"]
        in browser.get(answer["Location"].replace("/imported", "/knowledge")).content.decode()
    )


def test_several_lead_to_the_list(browser: Client, alice: Actor) -> None:
    answer = upload(browser, "models.json", (FIXTURES / "open_webui.json").read_bytes())
    assert answer["Location"] == "/build/"
    assert "2 assistants came over" in browser.get("/build/").content.decode()
    assert len(reports(alice)) == 2


def test_what_is_wrong_stands_on_the_page(browser: Client, alice: Actor) -> None:
    answer = upload(
        browser, "assistant.yaml", b"schema: bottega.assistant/1\nspecification:\n  colour: red\n"
    )
    assert answer.status_code == 200
    assert "assistant.yaml, line 3: There is no such field." in answer.content.decode()
    assert reports(alice) == []


def test_pasted_fields_and_files_make_an_assistant(browser: Client, alice: Actor) -> None:
    fields = {
        "gpt-name": "Wine Friend",
        "gpt-instructions": "# Role\nYou help.\n",
        "gpt-starters": "A red for lamb\r\n\r\nSomething dry\r\n",
        "gpt-openapi": "openapi: 3.1.0\npaths: {}\n",
        "gpt-knowledge": [SimpleUploadedFile("a.md", b"# A"), SimpleUploadedFile("b.csv", b"a,b")],
    }
    answer = browser.post("/build/import/paste", fields)
    assert answer.status_code == 302, answer.content.decode()
    (report,) = reports(alice)
    assert [entry["text"].splitlines() for entry in report.missing] == [["openapi: 3.1.0", "paths: {}"]]
    api = api_client_for(alice)
    identity = answer["Location"].split("/")[2]
    draft = api.get(f"{BASE}/{identity}/draft").json()
    assert draft["profile"]["starters"] == ["A red for lamb", "Something dry"]
    assert draft["instructions"]["text"].startswith("# Role")
    names = {row["name"] for row in api.get(f"{BASE}/{identity}/sources").json()["results"]}
    assert names == {"a.md", "b.csv"}


def test_an_assistant_that_was_not_brought_along_has_no_report(browser: Client, alice: Actor) -> None:
    assert browser.get(f"/build/{make_assistant(alice).public_id}/imported").status_code == 404


def test_the_organisations_policy_on_files_holds_for_imports(alice: Actor) -> None:
    set_policy(actor=alice, document={"files": {"types": ["pdf"]}})
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("gpt.json", (FIXTURES / "gpt.json").read_bytes())
        archive.writestr("cellar-list.md", "# Cellar")
    file = {"file": SimpleUploadedFile("a.zip", target.getvalue())}
    made = api_client_for(alice).post(f"{BASE}/import", file, format="multipart").json()
    lost = {entry["given"]: entry["reason"] for entry in made["report"]["missing"]}
    assert "policy of your organisation" in lost["cellar-list.md"]


def test_who_may_look_may_export_and_who_may_not_gets_nothing(alice: Actor, bob: Actor) -> None:
    dora = add_member(alice.organisation, make_user("dora@example.org"), Role.BUILDER)
    assistant = make_assistant(alice, "Ada").public_id
    client = api_client_for(dora)
    assert client.get(f"{BASE}/{assistant}/export").status_code == 404
    share(alice, assistant, dora, Level.USE)
    assert client.get(f"{BASE}/{assistant}/export").status_code == 403
    share(alice, assistant, dora, Level.VIEW)
    assert client.get(f"{BASE}/{assistant}/export").status_code == 200


def test_a_version_goes_out_as_it_was(alice: Actor) -> None:
    api = api_client_for(alice)
    assistant = make_assistant(alice, "Ada").public_id
    assert api.post(f"{BASE}/{assistant}/versions", {}).status_code == 201
    api.patch(f"{BASE}/{assistant}/draft", {"profile": {"name": "Grace"}})

    def name(**query: Any) -> str:
        answer = api.get(f"{BASE}/{assistant}/export", query)
        archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
        return str(yaml.safe_load(archive.read("assistant.yaml"))["specification"]["profile"]["name"])

    assert (name(version=1), name()) == ("Ada", "Grace")
    assert api.get(f"{BASE}/{assistant}/export", {"version": 2}).status_code == 404
    assert api.get(f"{BASE}/{assistant}/export", {"version": "x"}).status_code == 400
    assert api.get(f"{BASE}/{assistant}/export", {"format": "word"}).status_code == 400


def test_an_agent_plugin_has_a_closed_manifest_and_one_skill(alice: Actor) -> None:
    api = api_client_for(alice)
    assistant = make_assistant(
        alice,
        "Rent & Pets: 2026",
        instructions={"text": "Answer briefly."},
        profile={"description": "Rents."},
    ).public_id
    file = {"file": SimpleUploadedFile("lease.md", b"# Lease")}
    assert api.post(f"{BASE}/{assistant}/sources", file, format="multipart").status_code == 201
    answer = api.get(f"{BASE}/{assistant}/export", {"format": "agent-plugin"})
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    skill = "skills/rent-pets-2026"
    assert archive.namelist() == ["plugin.json", f"{skill}/SKILL.md", f"{skill}/references/lease.md"]
    manifest = json.loads(archive.read("plugin.json"))
    assert manifest["$schema"] == "https://agent-plugins.org/schemas/1.0.0/plugin.schema.json"
    assert set(manifest) == {"$schema", "name", "description"}
    front, _dashes, body = archive.read(f"{skill}/SKILL.md").decode().removeprefix("---\n").partition("---\n")
    assert yaml.safe_load(front) == {"name": "rent-pets-2026", "description": manifest["description"]}
    assert "Answer briefly." in body
    assert "(references/lease.md)" in body
