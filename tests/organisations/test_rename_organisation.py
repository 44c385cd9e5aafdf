"""Renaming an organisation."""

import pytest

from kernel.errors import PermissionDenied
from organisations.actions.rename_organisation import rename_organisation
from organisations.actors import Actor
from tests.fixtures.people import api_client_for, client_for
from tests.organisations.helpers import audit_of


def test_the_name_changes_and_the_address_stays(alice: Actor) -> None:
    renamed = rename_organisation(actor=alice, name="Harbour")
    assert (renamed.name, renamed.slug) == ("Harbour", alice.organisation.slug)
    assert audit_of(alice)[-1] == "organisation.renamed"


def test_the_same_name_again_leaves_no_trace(alice: Actor) -> None:
    rename_organisation(actor=alice, name=alice.organisation.name)
    assert "organisation.renamed" not in audit_of(alice)


def test_a_member_may_not(bob: Actor) -> None:
    with pytest.raises(PermissionDenied):
        rename_organisation(actor=bob, name="Bob's")
    assert client_for(bob).post("/organisation/settings/save", {"name": "Bob's"}).status_code == 403


def test_the_settings_page_saves(alice: Actor) -> None:
    browser = client_for(alice)
    browser.post("/organisation/settings/save", {"name": "Harbour"})
    assert "Harbour" in browser.get("/organisation/settings/").content.decode()


def test_the_api_changes_the_name(alice: Actor) -> None:
    answer = api_client_for(alice).patch("/api/v1/organisation", {"name": "Harbour"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Harbour")


def test_the_api_refuses_what_is_not_for_callers_to_set(alice: Actor) -> None:
    answer = api_client_for(alice).patch(
        "/api/v1/organisation", {"name": "X", "kind": "platform", "slug": "bottega"}
    )
    assert answer.status_code == 400
    assert {error["field"] for error in answer.json()["errors"]} == {"kind", "slug"}


def test_a_key_without_the_scope_may_not(alice: Actor) -> None:
    from organisations.permissions import Permission

    client = api_client_for(alice, scopes=[Permission.VIEW_ORGANISATION])
    assert client.get("/api/v1/organisation").status_code == 200
    assert client.patch("/api/v1/organisation", {"name": "X"}).status_code == 403
