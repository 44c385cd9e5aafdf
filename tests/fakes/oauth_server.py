"""An authorization server and an API behind it, over real HTTP on loopback; the protocol is authlib's server side.

Consent by a page, PKCE S256 demanded, refresh tokens that rotate, revocation, client credentials, dynamic
registration, client-id metadata documents, RFC 8414 and 9728 metadata, `iss` in its answers. It keeps a journal of what it
was asked, and what it hands out can be bent: `granted` (scopes), `lasts` (seconds), `fault` (a status at the token
endpoint), `refuse_refresh`, `delay` (seconds before a token is given).

    with oauth_server() as server:
        server.client("id", "secret", redirect_uri)        # a client that is registered by hand
        back = server.consent(authorize_url)               # the address that the browser is led back to
        server.api_url                                     # answers 200 to its access tokens, else 401
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import orjson
from authlib.oauth2.rfc6749 import OAuth2Error

from tests.fakes.oauth_protocol import Asked, FakeClient, FakeToken, Server, make_server

WELL_KNOWN = "/.well-known/oauth-authorization-server"
CONSENT_PAGE = (
    "<!doctype html><title>Consent</title><link rel=icon href=data:,><form method=post>"
    "<button name=allow value=yes>Allow</button>"
    "<button name=allow value=no>Refuse</button></form>"
)
RESOURCE = "/.well-known/oauth-protected-resource"


class OAuthServer:
    """What it is told to do, what it was asked, and what it gave out."""

    def __init__(self) -> None:
        self.url = ""
        self.clients: dict[str, FakeClient] = {}
        self.codes: dict[str, Any] = {}
        self.tokens: list[FakeToken] = []
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.granted: str | None = None
        self.lasts, self.delay, self.fault = 3600, 0.0, 0
        self.refuse_refresh = False
        self.user = "person"
        # Bends the metadata: what stands here replaces what it says.
        self.metadata: dict[str, Any] = {}
        self.resource_metadata: dict[str, Any] = {}
        self.registration_open = True
        self.metadata_documents: dict[str, dict[str, Any]] = {}
        self.protocol: Server = make_server(self)

    @property
    def api_url(self) -> str:
        """The API that wants its access tokens."""
        return f"{self.url}/api"

    @property
    def host(self) -> str:
        """`127.0.0.1:port`, as EGRESS_ALLOW has it."""
        return urlsplit(self.url).netloc

    def client(
        self, client_id: str, secret: str, redirect_uri: str, *, auth: str = "client_secret_basic"
    ) -> FakeClient:
        """Register a client by hand."""
        self.clients[client_id] = FakeClient(client_id, secret, (redirect_uri,), auth)
        return self.clients[client_id]

    def consent(self, authorize_url: str, *, allow: bool = True) -> str:
        """Be the person at the consent page; gives the address that the browser is sent back to."""
        answer = httpx2.post(
            authorize_url, data={"allow": "yes" if allow else "no"}, trust_env=False, timeout=60
        )
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    def asked_for(self, grant_type: str) -> list[dict[str, str]]:
        """The bodies of token requests of one kind."""
        return [
            body
            for _method, path, body in self.asked
            if path == "/token" and body.get("grant_type") == grant_type
        ]

    def described(self) -> dict[str, Any]:
        """RFC 8414."""
        known = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "revocation_endpoint": f"{self.url}/revoke",
            "registration_endpoint": f"{self.url}/register",
            "scopes_supported": ["read", "write"],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
            "authorization_response_iss_parameter_supported": True,
        }
        found = known | self.metadata
        return {name: value for name, value in found.items() if value is not None}

    def resource_described(self, path: str) -> dict[str, Any]:
        """RFC 9728."""
        known = {
            "resource": f"{self.url}{path}",
            "authorization_servers": [self.url],
            "scopes_supported": ["read"],
        }
        return known | self.resource_metadata

    def may(self, authorization: str) -> FakeToken | None:
        """The token of a call of the API, where it counts."""
        given = authorization.removeprefix("Bearer ")
        return next((token for token in self.tokens if token.access_token == given and token.is_good()), None)


@contextmanager
def oauth_server(port: int = 0) -> Iterator[OAuthServer]:
    """Run one, at a free port where none is given."""
    told = OAuthServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path in (WELL_KNOWN, "/.well-known/openid-configuration"):
                self.say(200, told.described())
            elif path.startswith(RESOURCE):
                self.say(200, told.resource_described(path.removeprefix(RESOURCE) or "/"))
            elif path == "/authorize":
                self.say(200, CONSENT_PAGE)
            elif path.startswith("/api"):
                self.answer_api()
            else:
                self.say(404, {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            form = {} if self.is_json() else dict(parse_qsl(body.decode()))
            told.asked.append(("POST", parts.path, form))
            query = dict(parse_qsl(parts.query))
            asked = Asked("POST", f"{told.url}{self.path}", dict(self.headers), query, form, body)
            try:
                self.route(parts.path, asked)
            except OAuth2Error as error:
                self.reply(*error())

        def route(self, path: str, asked: Asked) -> None:
            server = told.protocol
            if path == "/authorize":
                grant = server.get_consent_grant(asked, end_user=told.user)
                user = told.user if asked.form.get("allow") == "yes" else None
                self.reply(*server.create_authorization_response(asked, grant_user=user, grant=grant))
            elif path == "/token":
                time.sleep(told.delay)
                if told.fault:
                    self.say(told.fault, {"error": "server_error"})
                else:
                    self.reply(*server.create_token_response(asked))
            elif path == "/revoke":
                self.reply(*server.create_endpoint_response("revocation", asked))
            elif path == "/register" and told.registration_open:
                self.reply(*server.create_endpoint_response("client_registration", asked))
            elif path.startswith("/api"):
                self.answer_api()
            else:
                self.say(404, {})

        def is_json(self) -> bool:
            return self.headers.get("Content-Type", "").startswith("application/json")

        def answer_api(self) -> None:
            token = told.may(self.headers.get("Authorization", ""))
            if token is None:
                challenge = (
                    f'Bearer resource_metadata="{told.url}{RESOURCE}{urlsplit(self.path).path}", scope="read"'
                )
                self.say(401, {"error": "invalid_token"}, {"WWW-Authenticate": challenge})
            else:
                self.say(200, {"user": told.user, "scope": token.scope})

        def say(self, status: int, document: Any, headers: dict[str, str] | None = None) -> None:
            self.reply(status, document, list((headers or {}).items()))

        def reply(self, status: int, document: Any, headers: Any) -> None:
            said = document.encode() if isinstance(document, str) else orjson.dumps(document)
            self.send_response(status)
            given = dict(headers)
            if not any(name.lower() == "content-type" for name in given):
                given["Content-Type"] = "text/html" if isinstance(document, str) else "application/json"
            for name, value in given.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_: Any) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    http.daemon_threads = True
    told.url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
