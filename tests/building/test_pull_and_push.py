"""`manage.py assistant pull|push`, over a server that runs."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from organisations.actors import Actor
from tests.factories.building import make_assistant, present_draft
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import JsonClient, api_client_for, api_key_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/assistants"


@pytest.fixture
def run(alice: Actor, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("BOTTEGA_URL", live_server.url)
    monkeypatch.setenv("BOTTEGA_API_KEY", api_key_for(alice))

    def command(*words: Any) -> str:
        out = io.StringIO()
        call_command("assistant", *map(str, words), stdout=out)
        return out.getvalue()

    return command


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


def add_text(api: JsonClient, assistant_id: str) -> None:
    text = {"type": "text", "title": "Opening hours", "text": "Monday to Friday."}
    assert api.post(f"{BASE}/{assistant_id}/sources", text).status_code == 201


def test_a_folder_holds_the_assistant_and_pulling_again_changes_nothing(
    run: Any, api: JsonClient, alice: Actor, tmp_path: Path
) -> None:
    assistant = make_assistant(alice, "Ada").public_id
    add_text(api, assistant)
    assert run("pull", assistant, tmp_path).splitlines() == [
        "Changed: assistant.yaml",
        "Changed: knowledge/Opening-hours.md",
    ]
    assert (tmp_path / "knowledge" / "Opening-hours.md").read_text() == "Monday to Friday."
    before = (tmp_path / "assistant.yaml").stat().st_mtime_ns
    assert run("pull", assistant, tmp_path) == "Nothing changed.\n"
    assert (tmp_path / "assistant.yaml").stat().st_mtime_ns == before


def test_a_push_says_what_changed_and_the_second_that_nothing_did(
    run: Any, api: JsonClient, alice: Actor, tmp_path: Path
) -> None:
    assistant = make_assistant(alice, "Ada").public_id
    add_text(api, assistant)
    run("pull", assistant, tmp_path)
    file = tmp_path / "assistant.yaml"
    file.write_text(file.read_text().replace("name: Ada", "name: Grace"))
    (tmp_path / "knowledge" / "Opening-hours.md").write_text("Monday to Saturday.")
    (tmp_path / "knowledge" / "prices.md").write_text("A room is 90 euros.")
    assert sorted(run("push", tmp_path, "--assistant", assistant).splitlines()) == [
        "Added: prices.md",
        "Changed: profile.name",
        "Replaced: Opening hours",
    ]
    assert present_draft(alice, make_view(alice, assistant))["profile"]["name"] == "Grace"
    run("pull", assistant, tmp_path)
    assert run("push", tmp_path, "--assistant", assistant) == "Nothing changed.\n"
    (tmp_path / "knowledge" / "prices.md").unlink()
    with pytest.raises(CommandError, match=r"assistant\.yaml, line \d+: This file is not in the folder"):
        run("push", tmp_path, "--assistant", assistant)


def make_view(actor: Actor, assistant_id: str) -> Any:
    from assistants.building.queries import access_assistant
    from kernel.tenancy import tenant_scope

    with tenant_scope(actor.organisation):
        return access_assistant(actor, assistant_id)


def test_a_new_one_is_made_and_published_once(
    run: Any, api: JsonClient, tmp_path: Path, run_jobs: RunJobs
) -> None:
    (tmp_path / "assistant.yaml").write_text(
        "schema: bottega.assistant/1\nspecification:\n  profile:\n    name: Ada\n"
        "  instructions:\n    text: You help.\n  model:\n    id: bottega/quote\n"
    )
    made = run("push", tmp_path, "--publish", "--note", "From CI").splitlines()
    assistant = made[0].removeprefix("Made ")
    assert made[1].startswith("Version 1 is live, ")
    assert run("push", tmp_path, "--assistant", assistant, "--publish") == "Nothing changed.\n"
    versions = api.get(f"{BASE}/{assistant}/versions").json()["results"]
    assert [(row["number"], row["note"]) for row in versions] == [(1, "From CI")]


def test_what_is_wrong_is_said_with_its_line(run: Any, tmp_path: Path) -> None:
    (tmp_path / "assistant.yaml").write_text("schema: bottega.assistant/1\nspecification:\n  colour: red\n")
    with pytest.raises(CommandError, match=r"assistant\.yaml, line 3: There is no such field\."):
        run("push", tmp_path)


def test_without_a_key_or_with_a_wrong_one(run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOTTEGA_API_KEY", "bk_nothing")
    with pytest.raises(CommandError):
        run("pull", "asst_1", tmp_path)
    monkeypatch.delenv("BOTTEGA_API_KEY")
    with pytest.raises(CommandError, match="BOTTEGA_API_KEY") as refused:
        run("pull", "asst_1", tmp_path)
    assert refused.value.returncode == 2


def test_the_schema_is_printed_without_a_server() -> None:
    out = io.StringIO()
    call_command("assistant", "schema", stdout=out)
    assert '"title": "bottega.assistant/1"' in out.getvalue()
