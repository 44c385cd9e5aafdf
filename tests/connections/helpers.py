"""What tests of connections begin with."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import Client

from assistants.connections.actions.make_profile import make_profile
from assistants.connections.auth_settings import read_settings
from assistants.connections.credentials import Credential, credential_for
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import ref_of
from assistants.connections.refs import start_url
from kernel.tenancy import across_organisations
from organisations.actors import Actor
from tests.fakes.oauth_server import OAuthServer
from tests.fixtures.people import client_for

SECRET = "canary-client-secret-9f2"
KEY = "canary-key-71c"


@dataclass
class World:
    """Alice builds, Bob uses."""

    server: OAuthServer
    alice: Actor
    bob: Actor

    def oauth(self, **changes: Any) -> dict[str, Any]:
        """Settings as somebody would type them."""
        return {
            "grant": "authorization_code",
            "authorization_url": f"{self.server.url}/authorize",
            "token_url": f"{self.server.url}/token",
            "revocation_url": f"{self.server.url}/revoke",
            "scopes": ["read", "write"],
            "client_id": "bottega",
        } | changes

    def profile(self, *, owner: str = "user", assistant_id: str = "", **changes: Any) -> AuthProfile:
        """Alice's action, registered at the service."""
        profile = make_profile(
            actor=self.alice,
            settings=read_settings(
                {"kind": "oauth2", "owner": owner, "oauth": self.oauth(**changes), "client_secret": SECRET}
            ),
            server_url=self.server.api_url,
            name="Timber orders",
            assistant_id=assistant_id,
            assistant_name="Wood Library",
        )
        auth = {"basic": "client_secret_basic", "post": "client_secret_post", "none": "none"}
        path = f"/aip/{assistant_id}/oauth/callback" if assistant_id else "/connections/oauth/callback"
        self.server.client(
            "bottega", SECRET, f"{settings.PUBLIC_URL}{path}", auth=auth[changes.get("token_auth", "basic")]
        )
        return profile

    def key_profile(
        self, *, owner: str = "user", where: str = "header", name: str = "X-Key", **more: Any
    ) -> AuthProfile:
        """An action that wants a key."""
        given = {"kind": "api_key", "owner": owner, "placement": {"where": where, "name": name}, **more}
        return make_profile(
            actor=self.alice,
            settings=read_settings(given),
            server_url=self.server.api_url,
            name="Timber prices",
            assistant_name="Wood Library",
        )


def credential(profile: AuthProfile, actor: Actor) -> Credential | None:
    """As a call would get it."""
    return async_to_sync(credential_for)(ref_of(profile), actor)


def begin(client: Client, profile: AuthProfile, return_to: str = "/chats/") -> str:
    """Press Connect; gives the address at the service."""
    answer = client.post(start_url(ref_of(profile), return_to="") + "/connect", {"return_to": return_to})
    assert answer.status_code == 200, answer.content
    return str(answer.context["address"])


def come_back(client: Client, address: str) -> Any:
    """Follow the service's redirect."""
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")


def connect(world: World, actor: Actor, profile: AuthProfile) -> Connection:
    """The whole journey."""
    client = client_for(actor)
    answer = come_back(client, world.server.consent(begin(client, profile)))
    assert answer.status_code == 302, answer.content
    found = connections(profile)
    assert found
    return found[-1]


def connections(profile: AuthProfile) -> list[Connection]:
    """All live ones to a profile, in whatever organisation."""
    with across_organisations(reason="a test looks"):
        rows = Connection.objects.across_organisations(reason="a test looks")
        return list(
            rows.filter(profile_id=profile.public_id, ended_at=None)
            .select_related("organisation")
            .order_by("id")
        )


def query_of(address: str) -> dict[str, str]:
    """An address's parameters."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
