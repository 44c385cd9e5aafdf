"""Choosing what is to be read, over REST and on the pages: only with one's own account, within one's own organisation."""

import io
import re
import zipfile
from typing import Any

import pytest

from assistants.knowledge.models import Source
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fakes.drive_server import DriveFake
from tests.fakes.github_content_server import GitHubFake
from tests.fakes.notion_server import NotionFake, paragraph
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for, client_for
from tests.origins.conftest import Connect

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def path(alice: Actor) -> str:
    return f"/api/v1/assistants/{make_assistant(alice).public_id}"


def test_a_tree_is_walked_and_a_place_added_over_rest(
    alice: Actor, path: str, github: GitHubFake, connect: Connect
) -> None:
    github.repository("harbour/handbook", {"docs/rent.md": b"Rent", "README.md": b"Read"})
    api, connection = api_client_for(alice), connect(alice, "github").public_id
    origins = {one["name"]: one for one in api.get(f"{path}/origins").json()["results"]}
    assert origins["github"]["accounts"] == [{"id": connection, "label": "GitHub, Token", "works": True}]
    assert origins["drive"]["needs_client"] is True

    def level(at: str = "", search: str = "") -> dict[str, dict[str, Any]]:
        query = {"connection": connection, "at": at, "search": search}
        answer = api.get(f"{path}/origins/github/browse", query)
        assert answer.status_code == 200, answer.json()
        return {one["name"]: one for one in answer.json()["results"]}

    repository = level(search="HAND")["harbour/handbook"]
    branch = level(repository["at"])["main"]
    folder = level(branch["at"])["docs"]
    assert list(level(folder["at"])) == ["rent.md"]
    body = {"type": "connector", "origin": "github", "connection": connection, "pick": folder["pick"]}
    added = api.post(f"{path}/sources", body)
    assert added.status_code == 201, added.json()
    assert added.json()["settings"] == {"origin": "github", "connection": connection, "pick": folder["pick"]}
    assert added.json()["freshness"]["every"] == "daily" and added.json()["freshness"]["looking"]
    assert api.post(f"{path}/sources", body).status_code == 200


def test_other_peoples_connections_and_assistants_are_not_there(
    alice: Actor, erin: Actor, charlie: Actor, path: str, drive: DriveFake, connect: Connect
) -> None:
    connection = connect(alice, "drive").public_id
    tree = f"{path}/origins/drive/browse?connection={connection}"
    assert api_client_for(alice).get(tree).status_code == 200
    missing = api_client_for(alice).get(f"{path}/origins/drive/browse?connection=con_x")
    for stranger in (erin, charlie):
        answer = api_client_for(stranger).get(tree)
        assert answer.status_code == 404 and answer.json()["code"] == missing.json()["code"]
    assert api_client_for(alice).get(f"{path}/origins/nothing/browse").status_code == 404


def test_settings_cannot_be_turned_to_another_place(
    alice: Actor, path: str, drive: DriveFake, connect: Connect
) -> None:
    api = api_client_for(alice)
    pick = {"folder": "root", "name": "Mine"}
    body = {
        "type": "connector",
        "origin": "drive",
        "connection": connect(alice, "drive").public_id,
        "pick": pick,
    }
    source = api.post(f"{path}/sources", body).json()["id"]
    turned = api.patch(f"{path}/sources/{source}", {"settings": {"pick": {"folder": "secret"}}})
    assert turned.status_code == 400


@pytest.mark.parametrize("limited", [True, False])
def test_trouble_at_the_other_side_is_said_in_the_tree(
    alice: Actor, path: str, drive: DriveFake, connect: Connect, limited: bool
) -> None:
    connection = connect(alice, "drive").public_id
    drive.limited, drive.retry_after = (1 if limited else 0), "30"
    if not limited:
        drive.tokens.clear()
    answer = api_client_for(alice).get(f"{path}/origins/drive/browse?connection={connection}&at=root")
    assert answer.status_code == (429 if limited else 409), answer.json()


def test_the_pages_lead_from_a_service_to_a_source(
    alice: Actor, notion: NotionFake, connect: Connect
) -> None:
    notion.page('House <img src=x onerror="1">', paragraph("All about it."))
    client = client_for(alice)
    base = f"/build/{make_assistant(alice).public_id}/knowledge/connect"
    assert "Google Drive" in client.get(base).content.decode()
    led = client.post(f"{base}/account", {"origin": "notion", "way": "token"})
    assert led.status_code == 302 and led.url.startswith("/connections/")  # type: ignore[attr-defined]
    connection = connect(alice, "notion").public_id
    page = client.get(f"{base}?origin=notion").content.decode()
    assert f"connection={connection}" in page
    level = client.get(f"{base}/level?origin=notion&connection={connection}").content.decode()
    assert "<img src=x" not in level and "House &lt;img" in level
    pick = re.findall(r'name="pick" value="([^"]+)"', level)[0].replace("&quot;", '"')
    form = {"origin": "notion", "connection": connection, "pick": pick, "sync_every": "weekly"}
    assert client.post(f"{base}/add", form).status_code == 302
    with tenant_scope(alice.organisation):
        source = Source.objects.for_organisation(alice.organisation).get(type="connector")
    assert source.name == "Notion: Everything that is shared" and source.sync_every == "weekly"
    shown = client.get(f"{base.removesuffix('/connect')}/sources/{source.public_id}").content.decode()
    assert "Notion: Everything" in shown and "Alice Moss" in shown
    # Nothing was chosen: the page says so and nothing is added.
    assert (
        "Choose what is to be read"
        in client.post(f"{base}/add", form | {"pick": ""}, follow=True).content.decode()
    )


def test_an_administrator_registers_a_client_and_people_consent_under_it(
    alice: Actor, erin: Actor, path: str
) -> None:
    body = {"client_id": "harbour", "client_secret": "hush"}
    assert api_client_for(erin).put("/api/v1/connectors/drive/client", body).status_code == 403
    asked = api_client_for(alice).post(f"{path}/origins/drive/connect", {"way": "oauth"})
    assert asked.status_code == 409 and asked.json()["code"] == "connector_client_missing"
    kept = api_client_for(alice).put("/api/v1/connectors/drive/client", body)
    assert kept.status_code == 200 and "hush" not in kept.content.decode()
    led = api_client_for(alice).post(f"{path}/origins/drive/connect", {"way": "oauth"}).json()
    begun = api_client_for(alice).post("/api/v1/connections", {"profile": led["profile"]})
    address = str(begun.json())
    assert "accounts.google.com" in address and "drive.readonly" in address and "client_id=harbour" in address


def test_a_copy_keeps_what_was_read_and_nobodys_account_and_an_export_carries_files(
    alice: Actor, path: str, drive: DriveFake, connect: Connect, run_jobs: RunJobs
) -> None:
    drive.file("rent.txt", b"The rent is 1,450 euros.")
    api, pick = api_client_for(alice), {"folder": "root", "name": "Office"}
    body = {
        "type": "connector",
        "origin": "drive",
        "connection": connect(alice, "drive").public_id,
        "pick": pick,
    }
    source = api.post(f"{path}/sources", body).json()
    assert source["reader"]["name"] == "Alice Moss"
    run_jobs()
    copy = api.post(f"{path}/duplicate").json()["id"]
    [copied] = api.get(f"/api/v1/assistants/{copy}/sources").json()["results"]
    assert (copied["reader"], copied["children"]["count"]) == (None, 1)
    assert copied["freshness"]["error"]["code"] == "connection_missing"
    exported = api.get(f"{path}/export")
    with zipfile.ZipFile(io.BytesIO(b"".join(exported.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert "knowledge/rent.txt" in archive.namelist()
