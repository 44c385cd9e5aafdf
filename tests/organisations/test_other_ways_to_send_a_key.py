"""A key counts where it is documented, with the same scopes; other places for it count for nothing."""

import pytest
from django.test import Client

from organisations.actors import Actor
from organisations.permissions import Permission
from tests.fixtures.people import api_key_for, client_for

ME, INVITATIONS = "/api/v1/me", "/api/v1/organisation/invitations"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_scheme_in_any_case_has_the_same_scopes(alice: Actor, scheme: str) -> None:
    key = api_key_for(alice, scopes=[Permission.VIEW_ORGANISATION])
    headers = {"Authorization": f"{scheme} {key}"}
    assert Client().get("/api/v1/organisation", headers=headers).status_code == 200
    assert Client().get(INVITATIONS, headers=headers).status_code == 403


def test_other_headers_and_parameters_count_for_nothing(alice: Actor) -> None:
    key = api_key_for(alice)
    for headers in (
        {"X-API-Key": key},
        {"Api-Key": key},
        {"X-Authorization": f"Bearer {key}"},
        {"Proxy-Authorization": f"Bearer {key}"},
        {"Authorization": f"Token {key}"},
        {"Authorization": f"Basic {key}"},
        {"Authorization": key},
        {"Cookie": f"api_key={key}"},
    ):
        assert Client().get(ME, headers=headers).status_code == 401, headers
    assert Client().get(ME, {"api_key": key, "access_token": key, "key": key}).status_code == 401


def test_a_key_beside_a_session_counts_alone(alice: Actor, bob: Actor) -> None:
    browser = client_for(alice)
    headers = {"Authorization": f"Bearer {api_key_for(bob, scopes=[Permission.VIEW_ORGANISATION])}"}
    assert browser.get(ME, headers=headers).json()["user"]["email"] == "bob@example.org"
    assert browser.get(INVITATIONS, headers=headers).status_code == 403
    assert browser.get(ME, headers={"Authorization": "Bearer bk_wrong"}).status_code == 401
