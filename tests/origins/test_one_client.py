"""An organisation's client at a service is one: its actions and what is read from there follow it."""

from typing import Any

import pytest

from assistants.actions.actions.add_connector import SourceOnly, add_connector
from assistants.actions.actions.connect_origin import connect_origin
from assistants.actions.actions.keep_connector_client import keep_connector_client
from assistants.actions.models import Action
from assistants.actions.origins.catalogue import folder_of, origin_named
from assistants.connections.models import AuthProfile
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)
TYPED = {"client_id": "drive-client", "client_secret": "hush"}


def test_actions_and_sources_follow_a_client_that_is_replaced(alice: Actor) -> None:
    keep_connector_client(actor=alice, name="github", client_id="first", client_secret="one")
    assistant = make_assistant(alice, "Ada")
    made = add_connector(actor=alice, assistant_id=assistant.public_id, name="github")
    read = connect_origin(actor=alice, origin=origin_named("github"), way="oauth")
    keep_connector_client(actor=alice, name="github", client_id="second", client_secret="two")
    with tenant_scope(alice.organisation):
        rows = Action.objects.for_organisation(alice.organisation).select_related("profile")
        acting = rows.get(pk=made.pk).profile
        reading = AuthProfile.objects.for_organisation(alice.organisation).get(pk=read.pk)
    assert acting is not None
    assert acting.document["oauth"]["client_id"] == reading.document["oauth"]["client_id"] == "second"
    assert connect_origin(actor=alice, origin=origin_named("github"), way="oauth").pk == read.pk


def test_how_people_consent_stands_in_the_folder_alone(settings: Any) -> None:
    settings.ORIGIN_ADDRESSES = {"drive": {"api": "https://drive.example", "token": "https://evil.example"}}
    for name in ("drive", "github", "notion"):
        found = folder_of(origin_named(name))
        assert found is not None
        assert found.shape.oauth is not None
    assert folder_of(origin_named("mcp")) is None


def test_a_source_is_no_action(alice: Actor) -> None:
    keep_connector_client(actor=alice, name="drive", **TYPED)
    assistant = make_assistant(alice, "Ada")
    with pytest.raises(SourceOnly):
        add_connector(actor=alice, assistant_id=assistant.public_id, name="drive")
    drive = api_client_for(alice).get("/api/v1/connectors/drive").json()
    assert (drive["kind"], drive["host"]) == ("source", "www.googleapis.com")
    assert (drive["operations"], drive["writes"]) == ([], [])


def test_administrators_register_where_builders_are_led(alice: Actor) -> None:
    browser = client_for(alice)
    here = f"/build/{make_assistant(alice).public_id}/knowledge/connect?origin=drive"
    led = browser.get(here).content.decode()
    assert "/organisation/connectors/drive?return_to=%2Fbuild%2F" in led
    page = browser.get("/organisation/connectors/").content.decode()
    assert "/organisation/connectors/drive" in page.split('id="h-sources"')[1]
    address = "/organisation/connectors/drive"
    refused = browser.post(
        f"{address}/keep", {"client_id": "drive-é", "client_secret": "", "return_to": here}
    )
    # What was typed stays, and so does the way back; a secret is never said again.
    shown = refused.content.decode()
    assert refused.status_code == 400
    assert 'value="drive-é"' in shown
    assert 'name="return_to"' in shown
    kept = browser.post(f"{address}/keep", TYPED | {"return_to": here})
    assert (kept.status_code, kept["Location"]) == (302, here)
    away = browser.post(f"{address}/keep", TYPED | {"return_to": "https://evil.example/"})
    assert away["Location"] == address
