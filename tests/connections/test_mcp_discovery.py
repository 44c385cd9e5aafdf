"""How an MCP server says that it wants OAuth, who we are there, and what is not believed."""

from typing import Any

import httpx2
import pytest
from asgiref.sync import async_to_sync
from django.test import Client

from assistants.connections.mcp_oauth import DiscoveryFailed, discover, make_mcp_profile
from assistants.connections.mcp_oauth.registration import client_metadata, metadata_url
from assistants.connections.models import AuthProfile
from kernel.errors import DomainError
from tests.connections.helpers import World, begin, come_back, connections, credential, query_of
from tests.fixtures.people import client_for

pytestmark = pytest.mark.django_db(transaction=True)


def _profile(world: World, **more: Any) -> AuthProfile:
    challenge = httpx2.get(world.server.api_url, trust_env=False, timeout=60).headers["www-authenticate"]
    return async_to_sync(make_mcp_profile)(
        actor=world.alice, server_url=world.server.api_url, name="Tools", www_authenticate=challenge, **more
    )


def test_we_register_once_and_people_connect_with_the_resource_named_twice(world: World) -> None:
    profile = _profile(world)
    client = client_for(world.bob)
    address = begin(client, profile)
    assert query_of(address)["resource"] == world.server.api_url
    assert come_back(client, world.server.consent(address)).status_code == 302
    assert world.server.asked_for("authorization_code")[0]["resource"] == world.server.api_url
    assert connections(profile)[0].scopes == ["read"]
    assert credential(profile, world.bob) is not None
    assert _profile(world).document["oauth"]["client_id"] == profile.document["oauth"]["client_id"]
    assert sum(path == "/register" for _method, path, _body in world.server.asked) == 1


def test_another_issuer_in_the_answer_links_nothing(world: World) -> None:
    profile = _profile(world)
    for answer in ("&iss=https%3A%2F%2Fevil.example", ""):
        client = client_for(world.bob)
        back = world.server.consent(begin(client, profile)).partition("&iss=")[0]
        answered = come_back(client, back + answer)
        assert answered.status_code == 400
        assert "another sign-in service" in answered.content.decode()
    assert connections(profile) == []


def test_a_metadata_document_comes_first_where_the_server_takes_it(world: World, settings: Any) -> None:
    world.server.metadata = {"client_id_metadata_document_supported": True}
    settings.PUBLIC_URL = "https://bottega.example"
    profile = _profile(world)
    assert profile.document["oauth"]["client_id"] == metadata_url()
    assert not any(path == "/register" for _method, path, _body in world.server.asked)
    document = Client().get("/connections/oauth/client.json")
    assert document.json()["client_id"] == metadata_url()
    world.server.metadata_documents[metadata_url()] = document.json()
    assert client_metadata()["redirect_uris"] == ["https://bottega.example/connections/oauth/callback"]


def test_a_client_registered_by_hand_is_taken(world: World) -> None:
    profile = _profile(world, client_id="by-hand", client_secret="canary-hand")
    assert profile.document["oauth"]["client_id"] == "by-hand"
    assert "canary" not in repr(profile.document)


@pytest.mark.parametrize(
    ("metadata", "resource"),
    [
        ({"issuer": "https://evil.example"}, {}),
        ({"code_challenge_methods_supported": ["plain"]}, {}),
        ({"token_endpoint": None}, {}),
        ({"token_endpoint": "http://169.254.169.254/token"}, {}),
        ({}, {"resource": "https://evil.example/api"}),
        ({}, {"authorization_servers": []}),
        ({}, {"authorization_servers": ["http://10.0.0.1"]}),
    ],
)
def test_what_does_not_fit_together_is_not_followed(world: World, metadata: Any, resource: Any) -> None:
    world.server.metadata, world.server.resource_metadata = metadata, resource
    with pytest.raises(DomainError):
        async_to_sync(discover)(world.server.api_url)


@pytest.mark.parametrize(
    ("metadata", "resource"),
    [
        ({"authorization_endpoint": "https://example.org/" + "a" * 600}, {}),
        ({}, {"scopes_supported": ["read", 'a"b', *(f"s{at}" for at in range(200))]}),
        ({}, {"resource": None}),
    ],
)
def test_what_no_profile_can_hold_is_refused_in_words_or_left_out(
    world: World, metadata: Any, resource: Any
) -> None:
    world.server.metadata, world.server.resource_metadata = metadata, resource
    try:
        made = async_to_sync(make_mcp_profile)(
            actor=world.alice, server_url=world.server.api_url, name="Tools", client_id="by-hand"
        )
    except DiscoveryFailed as error:
        assert not resource.get("scopes_supported"), error
    else:
        scopes = made.document["oauth"]["scopes"]
        assert scopes[0] == "read" and len(scopes) <= 60 and 'a"b' not in scopes


def test_a_server_that_registers_nobody_says_what_to_do(world: World) -> None:
    world.server.metadata = {"registration_endpoint": None}
    with pytest.raises(DiscoveryFailed) as failed:
        _profile(world)
    assert "by hand" in failed.value.message
