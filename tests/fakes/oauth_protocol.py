"""authlib's server side, put on plain dictionaries: the protocol of tests.fakes.oauth_server."""

import logging
import os
import secrets
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from authlib.oauth2 import rfc6749, rfc7009, rfc7591, rfc7636
from authlib.oauth2.rfc6749 import grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc9207 import IssuerParameter

# It writes clients with their secrets: those of this server would stand in the logs of whatever is tested.
logging.getLogger("authlib.oauth2.rfc6749").setLevel(logging.INFO)
# Loopback has no TLS.
os.environ.setdefault("AUTHLIB_INSECURE_TRANSPORT", "1")


@dataclass
class Asked:
    """A request, taken apart."""

    method: str
    uri: str
    headers: dict[str, str]
    query: dict[str, str]
    form: dict[str, str]
    body: bytes


@dataclass
class FakeClient(rfc6749.ClientMixin):
    client_id: str
    secret: str
    redirect_uris: tuple[str, ...]
    auth: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uris[0]

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or "read"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri in self.redirect_uris

    def check_client_secret(self, client_secret: str) -> bool:
        return secrets.compare_digest(self.secret, client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self.auth

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return True


@dataclass
class FakeToken(rfc6749.TokenMixin):
    access_token: str
    refresh_token: str
    scope: str
    client_id: str
    user: str | None
    expires_at: float
    resource: str = ""
    revoked: bool = False

    def check_client(self, client: FakeClient) -> bool:
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        return self.scope

    def is_good(self) -> bool:
        return not self.revoked and self.expires_at > time.time()


@dataclass
class FakeCode(rfc6749.AuthorizationCodeMixin):
    code: str
    client_id: str
    redirect_uri: str
    scope: str
    user: str
    challenge: str
    method: str
    resource: str
    made: float = field(default_factory=time.time)

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope


class _Payload(rfc6749.OAuth2Payload):
    def __init__(self, asked: Asked) -> None:
        pairs = parse_qsl(urlsplit(asked.uri).query) + list(asked.form.items())
        self._lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._lists[name].append(value)
        self._data = dict(pairs)

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return self._lists


class _Request(rfc6749.OAuth2Request):
    def __init__(self, asked: Asked) -> None:
        super().__init__(asked.method, asked.uri, headers=asked.headers)
        self.payload = _Payload(asked)
        self._asked = asked

    @property
    def args(self) -> dict[str, str]:
        return self._asked.query

    @property
    def form(self) -> dict[str, str]:
        return self._asked.form


class _JsonPayload(rfc6749.JsonPayload):
    def __init__(self, body: bytes) -> None:
        self._data = orjson.loads(body)

    @property
    def data(self) -> Any:
        return self._data


class Server(rfc6749.AuthorizationServer):
    """The protocol, over what the fake keeps."""

    def __init__(self, fake: Any) -> None:
        super().__init__()
        self.fake = fake

    def query_client(self, client_id: str) -> FakeClient | None:
        known = self.fake.clients.get(client_id)
        if known is None and client_id in self.fake.metadata_documents:
            document = self.fake.metadata_documents[client_id]
            known = FakeClient(client_id, "", tuple(document["redirect_uris"]), "none")
        return known

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        if self.fake.granted is not None:
            token["scope"] = self.fake.granted
        token["expires_in"] = self.fake.lasts
        made = FakeToken(
            token["access_token"],
            token.get("refresh_token", ""),
            token.get("scope", ""),
            request.client.client_id,
            request.user,
            time.time() + self.fake.lasts,
            request.payload.data.get("resource", ""),
        )
        self.fake.tokens.append(made)

    def create_oauth2_request(self, request: Any) -> Any:
        return request if isinstance(request, rfc6749.OAuth2Request) else _Request(request)

    def create_json_request(self, request: Asked) -> Any:
        made = rfc6749.JsonRequest(request.method, request.uri, request.headers)
        made.payload = _JsonPayload(request.body)
        return made

    def handle_response(self, status: int, body: Any, headers: Any) -> tuple[int, Any, Any]:
        return status, body, headers

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None: ...


class _CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def save_authorization_code(self, code: str, request: Any) -> None:
        data = request.payload.data
        self.server.fake.codes[code] = FakeCode(
            code,
            request.client.client_id,
            request.payload.redirect_uri,
            request.payload.scope or "read",
            request.user,
            data.get("code_challenge", ""),
            data.get("code_challenge_method", ""),
            data.get("resource", ""),
        )

    def validate_authorization_request(self) -> Any:
        if self.request.payload.data.get("code_challenge_method") != "S256":
            raise rfc6749.InvalidRequestError("PKCE with S256 is demanded")
        return super().validate_authorization_request()

    def query_authorization_code(self, code: str, client: FakeClient) -> FakeCode | None:
        found = self.server.fake.codes.get(code)
        return found if found is not None and found.client_id == client.client_id else None

    def delete_authorization_code(self, code: FakeCode) -> None:
        self.server.fake.codes.pop(code.code, None)

    def authenticate_user(self, code: FakeCode) -> str:
        return code.user


class _Challenge(rfc7636.CodeChallenge):
    def get_authorization_code_challenge(self, code: FakeCode) -> str:
        return code.challenge

    def get_authorization_code_challenge_method(self, code: FakeCode) -> str:
        return code.method


class _RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> FakeToken | None:
        fake = self.server.fake
        if fake.refuse_refresh:
            return None
        found = next((token for token in fake.tokens if token.refresh_token == refresh_token), None)
        if found is not None and found.revoked:
            # RFC 9700, section 4.14.2: a used one comes from a thief, so all that came of it ends.
            for token in fake.tokens:
                token.revoked = token.revoked or token.user == found.user
            return None
        return found

    def authenticate_user(self, token: FakeToken) -> str:
        return token.user or ""

    def revoke_old_credential(self, token: FakeToken) -> None:
        token.revoked = True


class _ClientGrant(grants.ClientCredentialsGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


class _Revocation(rfc7009.RevocationEndpoint):
    CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "none")

    def query_token(self, token: str, _hint: str | None) -> FakeToken | None:
        held = self.server.fake.tokens
        return next((found for found in held if token in (found.access_token, found.refresh_token)), None)

    def revoke_token(self, token: FakeToken, _request: Any) -> None:
        token.revoked = True


class _Registration(rfc7591.ClientRegistrationEndpoint):
    def authenticate_token(self, _request: Any) -> str:
        return "anybody"

    def get_server_metadata(self) -> Any:
        return self.server.fake.described()

    def save_client(self, client_info: Any, client_metadata: Any, _request: Any) -> FakeClient:
        auth = client_metadata.get("token_endpoint_auth_method", "client_secret_basic")
        made = FakeClient(
            client_info["client_id"],
            client_info["client_secret"],
            tuple(client_metadata["redirect_uris"]),
            auth,
        )
        self.server.fake.clients[made.client_id] = made
        return made


class _Issuer(IssuerParameter):
    def __init__(self, server: Any) -> None:
        self._server = server
        self(server)

    def add_issuer_parameter(self, _server: Any, response: Any) -> None:
        status, _body, headers = response
        if status == 302:
            headers[:] = [
                (name, f"{value}&iss={self._server.fake.url}" if name.lower() == "location" else value)
                for name, value in headers
            ]


def make_server(fake: Any) -> Server:
    """The protocol with everything registered."""
    server = Server(fake)
    server.register_grant(_CodeGrant, [_Challenge(required=True)])
    server.register_grant(_RefreshGrant)
    server.register_grant(_ClientGrant)
    server.register_endpoint(_Revocation)
    server.register_endpoint(_Registration)
    _Issuer(server)
    server.register_token_generator(
        "default",
        BearerTokenGenerator(lambda **_: secrets.token_urlsafe(24), lambda **_: secrets.token_urlsafe(24)),
    )
    return server
