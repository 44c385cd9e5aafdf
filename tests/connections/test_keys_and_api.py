"""Keys, the REST API, the page, and that secrets appear nowhere."""

import logging
from typing import Any

import pytest

from assistants.connections.actions.connect_with_key import connect_with_key
from assistants.connections.actions.make_profile import ForeignOAuthHost, make_profile
from assistants.connections.auth_settings import read_settings
from assistants.connections.credentials import Credential
from assistants.connections.hosts import foreign_hosts, origin_of, same_site
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import ref_of
from assistants.connections.refs import profile_key, start_url
from assistants.connections.sealing import unseal
from kernel.errors import InvalidInput, NotFound, PermissionDenied
from kernel.secrets import SecretUnreadable
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from organisations.models import AuditEntry
from tests.connections.helpers import KEY, SECRET, World, connect, connections, credential
from tests.fixtures.people import api_client_for, client_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("where", "name", "given", "headers", "params"),
    [
        ("header", "X-Key", {"key": KEY}, {"X-Key": KEY}, {}),
        ("query", "api_key", {"key": KEY}, {}, {"api_key": KEY}),
        ("bearer", "", {"key": KEY}, {"Authorization": f"Bearer {KEY}"}, {}),
        ("basic", "", {"username": "ann", "password": "pw"}, {"Authorization": "Basic YW5uOnB3"}, {}),
    ],
)
def test_a_key_stands_where_the_service_wants_it(
    world: World, where: str, name: str, given: dict[str, str], headers: Any, params: Any
) -> None:
    profile = world.key_profile(where=where, name=name)
    connect_with_key(actor=world.bob, ref=ref_of(profile), given=given)
    found = credential(profile, world.bob)
    assert found is not None
    signed: tuple[dict[str, str], dict[str, str]] = (
        {"x-key": "the model's", "authorization": "the model's"},
        {},
    )
    found.sign(*signed)
    assert {key: value for key, value in signed[0].items() if value != "the model's"} == headers
    assert signed[1] == params
    assert KEY not in repr(found)


@pytest.mark.parametrize("key", ["", "two\nlines", "a\r\nX-Evil: 1", "schlüssel", "x" * 8001])
def test_what_no_call_can_carry_is_refused_and_not_repeated(world: World, key: str) -> None:
    profile = world.key_profile()
    with pytest.raises(InvalidInput) as refused:
        connect_with_key(actor=world.bob, ref=ref_of(profile), given={"key": key})
    assert refused.value.errors[0].field == "key"
    assert not key or key not in refused.value.errors[0].message


@pytest.mark.parametrize("name", ["Host", "content-length", "X Y", "X:Y", ""])
def test_headers_that_carry_no_key(name: str) -> None:
    with pytest.raises(InvalidInput):
        read_settings({"kind": "api_key", "placement": {"where": "header", "name": name}})


def test_what_a_document_with_a_key_in_a_cookie_suggests_can_be_saved() -> None:
    found = read_settings({"kind": "api_key", "placement": {"where": "header", "name": "Cookie"}})
    headers: dict[str, str] = {}
    Credential("con_1", "https://api.example", found.placement, {"key": "sid=abc"}).sign(headers, {})
    assert headers == {"Cookie": "sid=abc"}


def test_settings_name_every_wrong_field() -> None:
    oauth = {
        "token_url": "http://10.0.0.1/t",
        "scopes": ["a b"],
        "extra_authorize": {"state": "mine"},
        "nonsense": 1,
    }
    with pytest.raises(InvalidInput) as refused:
        read_settings({"kind": "oauth2", "oauth": oauth})
    assert [error.code for error in refused.value.errors] == ["unknown_field"]
    del oauth["nonsense"]
    with pytest.raises(InvalidInput) as refused:
        read_settings({"kind": "oauth2", "oauth": oauth})
    assert {error.field for error in refused.value.errors} == {
        "oauth.authorization_url", "oauth.token_url", "oauth.client_id", "oauth.scopes", "oauth.extra_authorize"
    }  # fmt: skip


def test_hosts_belong_together_by_registrable_domain(settings: Any) -> None:
    assert same_site("api.example.co.uk", "login.example.co.uk")
    assert not same_site("one.co.uk", "other.co.uk")
    assert not same_site("ann.github.io", "bob.github.io")
    assert not same_site("example.com", "example.com.evil.org")
    google = ["https://accounts.google.com/o/oauth2/v2/auth", "https://oauth2.googleapis.com/token"]
    assert foreign_hosts("https://sheets.googleapis.com", google) == []
    assert foreign_hosts("https://api.example.com", ["https://evil.org/t"]) == ["evil.org"]
    settings.OAUTH_HOSTS = ["evil.org"]
    assert foreign_hosts("https://api.example.com", ["https://evil.org/t"]) == []
    assert origin_of("https://API.Example.com:443/v1?x=1") == "https://api.example.com"


def test_a_foreign_oauth_host_has_to_be_confirmed(alice: Actor) -> None:
    oauth = {
        "authorization_url": "https://evil.org/a",
        "token_url": "https://evil.org/t",
        "client_id": "x",
        "issuer": "https://evil.org",
    }
    given = {
        "settings": read_settings({"kind": "oauth2", "oauth": oauth}),
        "server_url": "https://api.example.com/v1",
    }
    with pytest.raises(ForeignOAuthHost) as refused:
        make_profile(actor=alice, name="Orders", **given)
    assert "evil.org" in refused.value.message
    assert make_profile(actor=alice, name="Orders", confirmed=True, **given).hosts_confirmed


def test_the_organisations_key_is_given_by_who_builds_and_serves_everybody(
    world: World, charlie: Actor
) -> None:
    profile = world.key_profile(owner="organisation", key=KEY)
    with pytest.raises(PermissionDenied):
        connect_with_key(actor=world.bob, ref=ref_of(profile), given={"key": "mine"})
    with pytest.raises(NotFound):
        connect_with_key(actor=charlie, ref=ref_of(profile), given={"key": "mine"})
    for actor in (world.bob, charlie):
        found = credential(profile, actor)
        assert found is not None
        assert found.secret == {"key": KEY}


def test_an_outsiders_connection_lies_in_their_own_organisation(world: World, charlie: Actor) -> None:
    profile = world.key_profile()
    connect_with_key(actor=charlie, ref=ref_of(profile), given={"key": KEY})
    [connection] = connections(profile)
    assert connection.organisation_id == charlie.organisation.pk
    assert credential(profile, world.bob) is None


def test_rest_connects_lists_and_disconnects(world: World, charlie: Actor) -> None:
    profile = world.key_profile()
    client = api_client_for(world.bob)
    made = client.post("/api/v1/connections", {"profile": profile_key(ref_of(profile)), "key": KEY})
    assert made.status_code == 201, made.content
    shown = made.json()
    assert {name: shown[name] for name in ("name", "host", "kind", "owner", "state", "last_used_at")} == {
        "name": "Timber prices", "host": world.server.host, "kind": "api_key", "owner": "user", "state": "active",
        "last_used_at": None,
    }  # fmt: skip
    assert KEY not in made.content.decode()
    listed = client.get("/api/v1/connections")
    assert [row["id"] for row in listed.json()["results"]] == [shown["id"]]
    assert KEY not in listed.content.decode()
    for other in (charlie, world.alice):
        theirs = api_client_for(other)
        assert theirs.get("/api/v1/connections").json()["results"] == []
        assert theirs.get(f"/api/v1/connections/{shown['id']}").status_code == 404
        assert theirs.delete(f"/api/v1/connections/{shown['id']}").status_code == 404
        assert theirs.post("/api/v1/connections", {"profile": "auth_unknown"}).status_code == 404
    assert (
        api_client_for(charlie).post("/api/v1/connections", {"profile": profile.public_id}).status_code == 404
    )
    assert client.delete(f"/api/v1/connections/{shown['id']}").status_code == 204
    assert client.get(f"/api/v1/connections/{shown['id']}").status_code == 404


def test_rest_begins_a_consent_that_a_browser_ends(world: World) -> None:
    profile = world.profile()
    key = profile_key(ref_of(profile))
    begun = api_client_for(world.bob).post("/api/v1/connections", {"profile": key, "return_to": "/chats/"})
    assert begun.status_code == 201
    back = world.server.consent(begun.json()["authorize_url"])
    path = back.partition("/connections")
    assert client_for(world.alice).get(f"/connections{path[2]}").status_code == 400
    assert client_for(world.bob).get(f"/connections{path[2]}").status_code == 302
    assert connections(profile)[0].user_id == world.bob.user_id


def test_the_page_takes_a_key_and_shows_what_is_connected(world: World) -> None:
    profile = world.key_profile()
    client = client_for(world.bob)
    assert "Nothing is connected" in client.get("/connections/").content.decode()
    address = start_url(ref_of(profile), return_to="/chats/")
    wrong = client.post(address.replace("?", "/connect?"), {"key": "ü-" + KEY, "return_to": "/chats/"})
    assert wrong.status_code == 400
    assert KEY not in wrong.content.decode()
    done = client.post(address.replace("?", "/connect?"), {"key": KEY, "return_to": "/chats/"})
    assert done["Location"] == "/chats/"
    page = client.get("/connections/").content.decode()
    assert "Timber prices" in page
    assert "Wood Library" in page
    assert KEY not in page
    [connection] = connections(profile)
    assert client.post(f"/connections/{connection.public_id}/end").status_code == 302
    assert connections(profile) == []


def test_secrets_appear_nowhere(world: World, caplog: pytest.LogCaptureFixture, capfd: Any) -> None:
    caplog.set_level(logging.DEBUG)
    profile = world.profile()
    world.server.lasts = 10
    connection = connect(world, world.bob, profile)
    world.server.lasts = 3600
    found = credential(profile, world.bob)
    connect_with_key(actor=world.bob, ref=ref_of(world.key_profile()), given={"key": KEY})
    canaries = {SECRET, KEY} | {token.access_token for token in world.server.tokens}
    canaries |= {token.refresh_token for token in world.server.tokens if token.refresh_token}
    with across_organisations(reason="a test looks"):
        rows = [
            *AuthProfile.objects.across_organisations(reason="x").values(),
            *Connection.objects.across_organisations(reason="x").values(),
            *AuditEntry.objects.across_organisations(reason="x").values(),
        ]
    printed = capfd.readouterr()
    settings = read_settings({"kind": "oauth2", "oauth": world.oauth(), "client_secret": SECRET})
    places = (
        repr(rows),
        caplog.text,
        printed.out,
        printed.err,
        repr(found),
        repr(connection),
        repr(settings),
    )
    assert [canary for canary in canaries for place in places if canary in place] == []


def test_a_credential_cannot_be_read_for_another_row(world: World) -> None:
    first, second = world.key_profile(), world.key_profile()
    for profile in (first, second):
        connect_with_key(actor=world.bob, ref=ref_of(profile), given={"key": KEY})
    one, other = connections(first)[0], connections(second)[0]
    with pytest.raises(SecretUnreadable):
        unseal(one, other.secret_encrypted)
