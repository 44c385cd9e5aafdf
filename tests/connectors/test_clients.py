"""An organisation's clients: registered by administrators, used by all who build, secret, and gone when they are forgotten."""

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from assistants.actions.queries import actions_of
from assistants.building.actions.duplicate_assistant import duplicate_assistant
from assistants.building.actions.update_draft import update_draft
from assistants.building.models import Assistant
from assistants.connections.sealing import unseal
from kernel.registries import organisation_tab_groups, organisation_tabs
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.models import AuditEntry
from organisations.permissions import Role
from tests.factories.actions import document_of
from tests.factories.building import make_assistant
from tests.factories.organisations import add_member, make_user
from tests.fixtures.people import JsonClient, api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "/api/v1/connectors"
SECRET = "canary-client-secret-4471"


@pytest.fixture
def api(alice: Actor) -> JsonClient:
    return api_client_for(alice)


@pytest.fixture
def assistant(alice: Actor) -> Assistant:
    return make_assistant(alice, "Ada")


def register(api: JsonClient, name: str = "slack", **more: Any) -> Any:
    return api.put(f"{BASE}/{name}/client", {"client_id": "c-1", "client_secret": SECRET} | more)


def add(api: JsonClient, assistant: Assistant, connector: str = "slack", **more: Any) -> Any:
    return api.post(f"/api/v1/assistants/{assistant.public_id}/actions", {"connector": connector} | more)


def test_the_catalogue_says_how_each_stands(api: JsonClient, alice: Actor, charlie: Actor) -> None:
    before = {one["name"]: one for one in api.get(BASE).json()["results"]}
    assert (before["slack"]["ready"], before["slack"]["client"]) == (False, None)
    assert before["zapier"]["ready"]
    assert register(api).status_code == 200
    whole = api.get(f"{BASE}/slack").json()
    assert whole["client"]["client_id"] == "c-1"
    assert whole["client"]["client_secret_set"]
    assert whole["redirect_uri"].endswith("/connections/oauth/callback")
    assert whole["redirect_uri"] in whole["docs"]
    assert len(whole["operations"]) == 8
    assert api_client_for(charlie).get(f"{BASE}/slack").json()["client"] is None
    assert api.get(f"{BASE}/mail").status_code == 404
    with tenant_scope(alice.organisation):
        [line] = AuditEntry.objects.for_organisation(alice.organisation).filter(
            action="connector_client.kept"
        )
    assert SECRET not in repr([whole, line.__dict__])


def test_only_administrators_register(alice: Actor, assistant: Assistant) -> None:
    builder = add_member(alice.organisation, make_user("dora@example.org", name="Dora"), role=Role.BUILDER)
    theirs = api_client_for(builder)
    assert register(theirs).status_code == 403
    assert theirs.delete(f"{BASE}/slack/client").status_code == 403
    assert theirs.get(BASE).status_code == 200


def test_whoever_lacks_a_client_is_told_where_it_is_registered(
    api: JsonClient, alice: Actor, assistant: Assistant
) -> None:
    [tab] = [one for one in organisation_tabs if one.url_name == "actions:connector_list"]
    [group] = [one for one in organisation_tab_groups if one.key == tab.group]
    refused = add(api, assistant).json()
    assert f"Organisation, {group.label}, {tab.label}." in refused["detail"]
    assert refused["register_url"].endswith("/organisation/connectors/slack")
    form = {"way": "connector", "connector": "slack"}
    page = client_for(alice).post(f"/build/{assistant.public_id}/actions/add", form)
    assert 'href="/organisation/connectors/slack"' in page.content.decode()


def test_what_is_missing_or_wrong_is_named(api: JsonClient, assistant: Assistant) -> None:
    def fields(answer: Any) -> list[str]:
        assert answer.status_code == 400, answer.content
        return [one["field"] for one in answer.json()["errors"]]

    assert fields(api.put(f"{BASE}/slack/client", {"client_id": "c"})) == ["client_secret"]
    assert fields(register(api, client_id="é")) == ["client_id"]
    assert fields(register(api, "salesforce", values={"domain": "evil.example/"})) == ["values.domain"]
    assert fields(register(api, "zapier")) == ["client_id"]
    assert add(api, assistant).json()["code"] == "connector_client_missing"
    register(api)
    assert fields(add(api, assistant, url="https://x.example/y")) == ["url"]
    assert fields(add(api, assistant, auth={"kind": "none"})) == ["auth"]
    assert api.delete(f"{BASE}/github/client").status_code == 404


def test_builders_just_add_it_and_another_client_takes_the_place_everywhere(
    api: JsonClient, alice: Actor, assistant: Assistant
) -> None:
    register(api, "salesforce", values={"domain": "acme"})
    made = add(api, assistant, "salesforce", name="Our customers").json()
    assert (made["connector"], made["origin"], made["state"]) == ("salesforce", "connector", "ready")
    assert made["server_url"] == "https://acme.my.salesforce.com/services/data/v62.0"
    assert made["auth"]["oauth"]["client_id"] == "c-1"
    assert (
        api.put(f"{BASE}/salesforce/client", {"client_id": "c-2", "values": {"domain": "acme2"}}).status_code
        == 200
    )
    address = f"/api/v1/assistants/{assistant.public_id}/actions/{made['id']}"
    after = api.get(address).json()
    assert after["auth"]["oauth"]["client_id"] == "c-2"
    assert after["auth"]["oauth"]["token_url"].startswith("https://acme2.my.salesforce.com/")
    assert after["hosts"] == ["acme2.my.salesforce.com"]
    with tenant_scope(alice.organisation):
        [action] = actions_of(alice.organisation, assistant.public_id)
        # A secret goes to no server but the one that it was given for: the new domain is the administrator's own word.
        kept = unseal(action.profile, action.profile.client_secret_encrypted)  # type: ignore[union-attr, arg-type]
    assert kept == {"client_secret": SECRET}
    assert api.delete(f"{BASE}/salesforce/client").status_code == 204
    assert api.get(address).json()["state"] == "needs_auth"
    register(api, "salesforce", values={"domain": "acme"})
    assert api.get(address).json()["state"] == "ready"


def test_a_builder_cannot_lend_the_client_to_another_document_or_sign_in(
    api: JsonClient, assistant: Assistant
) -> None:
    register(api)
    address = f"/api/v1/assistants/{assistant.public_id}/actions/{add(api, assistant).json()['id']}"
    paths = {"/x": {"get": {"operationId": "x", "responses": {"200": {"description": "ok"}}}}}
    document = document_of("https://evil.example", paths).decode()
    assert api.patch(address, {"document": document}).json()["code"] == "described_by_connector"
    oauth = {
        "authorization_url": "https://evil.example/a",
        "token_url": "https://evil.example/t",
        "client_id": "c",
    }
    answer = api.patch(address, {"auth": {"kind": "oauth2", "oauth": oauth}, "hosts_confirmed": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "signed_by_connector")
    assert api.post(f"{address}/refresh").status_code == 200
    assert api.patch(address, {"name": "Our Slack"}).json()["state"] == "ready"


def test_a_copy_is_signed_under_the_same_client(api: JsonClient, alice: Actor, assistant: Assistant) -> None:
    register(api)
    add(api, assistant)
    copy = duplicate_assistant(actor=alice, assistant_id=assistant.public_id)
    with tenant_scope(alice.organisation):
        [action] = actions_of(alice.organisation, copy.public_id)
        assert (action.connector, action.profile.assistant_id) == ("slack", copy.public_id)  # type: ignore[union-attr]


def test_it_travels_by_name_and_a_file_cannot_say_where_the_secret_goes(
    api: JsonClient, alice: Actor, charlie: Actor, assistant: Assistant
) -> None:
    register(api)
    made = add(api, assistant).json()
    use = {"id": made["id"], "operations": ["chat_postMessage"]}
    update_draft(actor=alice, assistant_id=assistant.public_id, patch={"actions": [use]})
    answer = api.get(f"/api/v1/assistants/{assistant.public_id}/export")
    bundle = b"".join(answer.streaming_content) if answer.streaming else answer.content
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("assistant.yaml"):
                assert b"connector: slack" in text
                assert SECRET.encode() not in text
            new.writestr(name, text.replace(b"https://slack.com/api", b"https://evil.example/api"))
    for actor, state in ((alice, "ready"), (charlie, "needs_auth")):
        there = api_client_for(actor)
        file = SimpleUploadedFile("a.zip", changed.getvalue(), content_type="application/zip")
        brought = there.post("/api/v1/assistants/import", {"file": file}, format="multipart")
        assert brought.status_code == 201, brought.content
        key = brought.json()["assistant"]["id"]
        [action] = there.get(f"/api/v1/assistants/{key}/actions").json()["results"]
        assert (action["connector"], action["state"]) == ("slack", state)
        assert (action["server_url"], action["enabled"]) == ("https://slack.com/api", ["chat_postMessage"])
