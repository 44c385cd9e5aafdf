"""Every connector's folder is whole: what it says, what its API offers, its icon and its page."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from django.utils import translation

from assistants.actions.connectors.catalogue import (
    APP,
    BRIDGE,
    SHIPPED,
    SOURCE,
    Connector,
    connector,
    connectors,
)
from assistants.actions.connectors.clients import suggested_settings
from assistants.actions.connectors.readings import operations_of_app, reading_of_app
from assistants.actions.connectors.shape import FILE, BadConnector, read_shape
from assistants.actions.openapi.operations import MOST_DESCRIPTION, MOST_PARAMETER_DESCRIPTION
from assistants.actions.openapi.preparing import prepare
from assistants.actions.openapi.reading import MOST_OPERATIONS
from assistants.actions.origins.catalogue import host_of
from assistants.connections.hosts import foreign_hosts
from assistants.connections.scope_words import scope_words
from kernel.errors import InvalidInput, NotFound
from tests.fakes.connector_service import ConnectorService
from tests.fakes.openapi_examples import example_of

NAMES = sorted(file.parent.name for file in SHIPPED.glob(f"*/{FILE}"))
APPS = [name for name in NAMES if "kind: app\n" in (SHIPPED / name / FILE).read_text()]
SOURCES = [name for name in NAMES if "kind: source\n" in (SHIPPED / name / FILE).read_text()]
LISTED = {
    "slack": "chat.postMessage chat.update conversations.list conversations.history conversations.replies "
    "users.lookupByEmail users.info reactions.add",
    "github": "issues.list issues.get issues.create issues.update issues.createComment pulls.list pulls.create "
    "repos.getContents",
    "google-sheets": "spreadsheets.create spreadsheets.get spreadsheets.batchUpdate values.get values.batchGet "
    "values.update values.append values.clear",
    "google-calendar": "calendarList.list events.list events.get events.insert events.patch events.delete "
    "events.quickAdd freebusy.query",
    "salesforce": "query search sobjects.describe sobjects.get sobjects.create sobjects.update sobjects.upsert "
    "sobjects.delete",
    "hubspot": "contacts.search contacts.get contacts.create contacts.update deals.search deals.get deals.create "
    "deals.update",
}
# Arguments that an example made from a schema has not.
GIVEN = {
    "spreadsheets_batchUpdate": {"requests": [{"addSheet": {"properties": {"title": "March"}}}]},
    "sobjects_create": {"body": {"Name": "Acme"}},
    "sobjects_get": {"id": "001000000000001"},
    "sobjects_update": {"id": "001000000000001", "body": {"Name": "Acme", "NumberOfEmployees": 7}},
    "sobjects_delete": {"id": "001000000000001"},
    "sobjects_upsert": {"body": {"Name": None}},
}


def values_for(one: Connector) -> dict[str, str]:
    return {"domain": "acme"} if one.values else {}


@pytest.mark.parametrize("name", NAMES)
def test_what_it_says_is_whole(name: str) -> None:
    one = connector(name)
    assert one.title
    assert len(one.summary) <= 120
    assert bool(one.writes) == (one.kind != SOURCE)
    assert one.privacy_policy_url.startswith("https://")
    assert re.fullmatch(r"[MmLlHhVvCcSsQqTtAaZz0-9 .,-]{20,1200}", one.icon)
    assert set(re.findall(r"<(\w+)", (one.folder / "icon.svg").read_text())) == {"svg", "path"}
    assert one.docs.startswith(f"# {one.title}\n")
    assert one.needs_client == ("{redirect_uri}" in one.docs) == (one.kind != BRIDGE)
    with translation.override("zh-hans"):
        there = connector(name)
        said = [there.summary, there.description, *there.reads, *there.writes, there.address_label]
        assert all(re.search(r"[\u4e00-\u9fff]", text) for text in said if text), said


@pytest.mark.parametrize("name", APPS)
def test_its_operations_are_within_the_limits_and_those_that_were_agreed(name: str) -> None:
    one = connector(name)
    reading = reading_of_app(one, values_for(one))
    assert not reading.findings
    assert {key.replace(".", "_") for key in LISTED[name].split()} == {
        each.key for each in reading.operations
    }
    assert len(reading.operations) <= MOST_OPERATIONS
    assert set(one.shape.risks) <= {each.key for each in reading.operations}
    raw = yaml.safe_load((one.folder / "openapi.yaml").read_text())
    assert raw["servers"][0]["url"] == one.shape.server
    for each in reading.operations:
        assert 0 < len(each.description) <= MOST_DESCRIPTION
        for schema in each.arguments_schema["properties"].values():
            assert 0 < len(schema.get("description", "")) <= MOST_PARAMETER_DESCRIPTION, each.key
        assert (each.consequential is not None) == (each.risk != "reads"), each.key
        assert f"`{each.key}`" in one.docs.replace(".", "_"), each.key


@pytest.mark.parametrize("name", APPS + SOURCES)
def test_people_consent_at_hosts_of_the_service_and_read_what_for(name: str) -> None:
    one = connector(name)
    oauth = suggested_settings(one, values_for(one))["oauth"]  # type: ignore[index]
    names = ("authorization_url", "token_url", "revocation_url")
    addresses = [oauth[name] for name in names if oauth[name]]
    assert len(addresses) >= 2
    assert all(address.startswith("https://") for address in addresses)
    origin = f"https://{host_of(one).replace('{domain}', 'acme')}"
    assert foreign_hosts(origin, addresses) == []
    for scope in one.scopes:
        assert scope in one.docs
        assert scope_words(scope) != scope, scope


@pytest.mark.parametrize("name", APPS)
def test_every_operation_is_what_its_service_understands(name: str) -> None:
    service = ConnectorService(name)
    service.tokens = {"t": "r"}
    one = connector(name)
    server = reading_of_app(one, values_for(one)).server_url
    for each in operations_of_app(one):
        request = prepare(each, server, example_of(each.arguments_schema) | GIVEN.get(each.key, {}))
        parts = urlsplit(request.url)
        headers = {**request.headers, "Authorization": "Bearer t"}
        answer = service.answer(
            request.method, f"{parts.path}?{parts.query}", headers, request.content or b""
        )
        assert answer.status == 200, (each.key, answer.body)
        assert service.requests[-1].operation == each.key


def test_a_value_that_leads_elsewhere_is_refused() -> None:
    salesforce = connector("salesforce")
    for domain in ("", "evil.example/", "acme.my.salesforce.com", "a@b", "acme#", "../x"):
        with pytest.raises(InvalidInput) as caught:
            reading_of_app(salesforce, {"domain": domain})
        assert caught.value.errors[0].field == "values.domain"
    with pytest.raises(InvalidInput):
        reading_of_app(connector("slack"), {"domain": "acme"})
    sandbox = reading_of_app(salesforce, {"domain": "acme--uat.sandbox"})
    assert sandbox.server_url == "https://acme--uat.sandbox.my.salesforce.com/services/data/v62.0"


def test_names_are_unique_and_apps_come_first() -> None:
    kinds = [one.kind for one in connectors()]
    assert len({one.name for one in connectors()}) == len(kinds) >= 10
    assert kinds == sorted(kinds, key=[APP, BRIDGE, SOURCE].index)
    with pytest.raises(NotFound):
        connector("mail")


def test_a_folder_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    folder = tmp_path / "wood"
    folder.mkdir()
    source = "\n".join(f"{name}: wood" for name in ("name", "title", "category", "summary", "description"))
    source += "\nkind: source\nprivacy_policy_url: https://wood.example"
    for text, said in (
        (source, "how people consent"),
        ("name: stone", "title"),
        ("[", "connector.yaml"),
        ("name: wood\nprice: 1", "price"),
    ):
        (folder / FILE).write_text(text)
        with pytest.raises(BadConnector, match=said):
            read_shape(folder)
