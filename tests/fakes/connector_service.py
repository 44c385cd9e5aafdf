"""The service behind a ready-made connector, on loopback: its API made from its OpenAPI document, its sign-in, and its ways.
Of a source of knowledge it is the sign-in alone: its API is a fake of its own, which asks `opens` of what a call is signed with.

    with connector_service("slack", tmp_path) as service:
        settings.CONNECTOR_FOLDERS = [str(tmp_path)]      # the shipped folder, with this service's addresses in it
        settings.EGRESS_ALLOW = [service.host]
        code = service.consent(authorize_url)             # the address that the browser is led back to

Tokens, consents and calls follow what the folder says: where scopes stand, where tokens, how one is revoked. `lasts`, `busy`,
`refuse_refresh` and the fake's `answers` bend it.
"""

import base64
import hashlib
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
import yaml

from assistants.actions.connectors.catalogue import SHIPPED
from assistants.actions.connectors.shape import DOCUMENT, FILE, Shape, read_shape
from assistants.actions.openapi.documents import ReadDocument
from assistants.actions.openapi.reading import read_document
from tests.fakes.oauth_server import CONSENT_PAGE
from tests.fakes.openapi_server import Answer, OpenAPIServer

ID, SECRET = "bottega-client", "canary-secret-of-the-client"


class ConnectorService(OpenAPIServer):
    """One service; `tokens` are those that count, `journal` what its sign-in was asked."""

    def __init__(self, name: str) -> None:
        folder = SHIPPED / name
        self.shape: Shape = read_shape(folder)
        super().__init__(_document(folder, self.shape))
        self.tokens: dict[str, str] = {}  # access tokens, with their refresh tokens
        self.revoked: list[str] = []
        self.codes: dict[str, dict[str, str]] = {}
        self.journal: list[dict[str, str]] = []
        self.lasts: int | None = 3600
        self.busy = 0
        self.refuse_refresh = False
        self.offline = False

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def host(self) -> str:
        """As EGRESS_ALLOW has it."""
        return urlsplit(self.base_url).netloc

    def put_folder(self, into: Path) -> None:
        """Copy the shipped folder, with this service in the place of the real one."""
        copy = into / self.shape.name
        shutil.copytree(SHIPPED / self.shape.name, copy)
        given = yaml.safe_load((copy / FILE).read_text())
        if "server" in given:
            given["server"] = self._here(given["server"])
        for name in ("authorization_url", "token_url", "revocation_url"):
            if given["oauth"].get(name):
                given["oauth"][name] = self._here(given["oauth"][name])
        (copy / FILE).write_text(yaml.safe_dump(given))

    def _here(self, address: str) -> str:
        path = urlsplit(address).path
        return self.origin + ("" if path == "/" else path)

    def consent(self, authorize_url: str) -> dict[str, str]:
        """Be the person who agrees; gives the query that the browser is led back with."""
        return self._agreed(dict(parse_qsl(urlsplit(authorize_url).query)))

    def _agreed(self, asked: dict[str, str]) -> dict[str, str]:
        oauth = self.shape.oauth
        assert oauth is not None
        assert asked["client_id"] == ID
        scopes = asked.get(oauth.scope_parameter, "")
        assert scopes.split(oauth.scope_separator) == list(oauth.scopes) or not oauth.scopes
        assert asked["code_challenge_method"] == "S256"
        assert oauth.extra_authorize.items() <= asked.items()
        self.offline = asked.get("access_type") == "offline"
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def expire(self) -> None:
        """No access token counts any more; refresh tokens do."""
        self.tokens = {f"expired-{secrets.token_hex(4)}": refresh for refresh in self.tokens.values()}

    def opens(self, authorization: str) -> bool:
        """Whether a call that is signed like this comes in."""
        return authorization.removeprefix("Bearer ") in self.tokens

    def answer(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Answer the sign-in's addresses, then the API's."""
        found = self._answered(method, target, headers, body)
        # Kept open, a connection would outlive this service, and reach it where another one has its port by then.
        found.headers["Connection"] = "close"
        return found

    def _answered(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        oauth, path = self.shape.oauth, urlsplit(target).path
        assert oauth is not None
        if path == urlsplit(oauth.token_url).path and method == "POST":
            return self._token(self._given(headers, body), headers)
        if path == urlsplit(oauth.authorization_url).path:
            return self._consent_page(method, dict(parse_qsl(urlsplit(target).query)))
        ends = urlsplit(oauth.revocation_url.replace("{client_id}", ID)).path
        if path == ends or (oauth.revocation == "path" and path.startswith(f"{ends}/")):
            return self._revoked(method, path, headers, body)
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.tokens:
            self._keep(method, target, headers, body, "", {}, "credential")
            if self.shape.failure:
                return Answer(orjson.dumps({"ok": False, "error": "token_expired"}))
            return Answer(b'{"error": "credential"}', status=401)
        if self.busy:
            self.busy -= 1
            self._keep(method, target, headers, body, "", {}, "busy")
            return Answer(b"{}", status=429, headers={"Retry-After": "0"})
        found = super().answer(method, target, headers, body)
        if self.shape.failure and found.status == 200 and self.requests[-1].operation not in self.answers:
            return Answer(orjson.dumps(orjson.loads(found.body) | {"ok": True}))
        return found

    def _consent_page(self, method: str, asked: dict[str, str]) -> Answer:
        if method == "GET":
            return Answer(CONSENT_PAGE.encode(), "text/html")
        back = f"{asked['redirect_uri']}?{urlencode(self._agreed(asked))}"
        return Answer(b"", status=302, headers={"Location": back})

    def _given(self, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        """What an address of the sign-in is asked with: a form, or JSON where the service takes nothing else."""
        assert self.shape.oauth is not None
        if self.shape.name != "notion":
            return dict(parse_qsl(body.decode()))
        assert headers["Content-Type"] == "application/json"
        found: dict[str, str] = orjson.loads(body)
        return found

    def _token(self, form: dict[str, str], headers: Mapping[str, str]) -> Answer:
        self.journal.append(form)
        assert self.shape.oauth is not None
        wrong = self._wrong_client(form, headers) or self._wrong_grant(form)
        if wrong:
            # GitHub and Slack say no with 200.
            ok = self.shape.name in ("slack", "github")
            return Answer(orjson.dumps({"ok": False, "error": wrong}), status=200 if ok else 400)
        access, refresh = f"access-{secrets.token_hex(8)}", self._refresh(form)
        self.tokens = {access: refresh}
        given: dict[str, Any] = {"access_token": access, "token_type": "bearer"}
        if refresh and refresh != form.get("refresh_token"):
            given["refresh_token"] = refresh
        if self.shape.name == "notion":  # its tokens last until they are withdrawn, and it has no scopes
            given |= {
                "refresh_token": None,
                "bot_id": "b1",
                "workspace_name": "Harbour",
                "owner": {"type": "user"},
            }
        elif self.lasts is not None and not self.shape.oauth.lasts:
            given["expires_in"] = self.lasts
        if self.shape.name not in ("hubspot", "notion"):
            given["scope"] = self.shape.oauth.scope_separator.join(self.shape.oauth.scopes)
        inner = self.shape.oauth.tokens_in
        if inner and form["grant_type"] == "authorization_code":
            given = {"ok": True, inner: given | {"token_type": "user"}, "team": {"id": "T1"}}
        return Answer(orjson.dumps(given))

    def _refresh(self, form: dict[str, str]) -> str:
        assert self.shape.oauth is not None
        if self.shape.name == "notion":
            return ""
        if urlsplit(self.shape.oauth.token_url).hostname != "oauth2.googleapis.com":
            return f"refresh-{secrets.token_hex(8)}"
        # Google gives one with the consent, to who asked for access while nobody is there, and no other one later.
        held = f"refresh-{secrets.token_hex(8)}" if self.offline else ""
        return form.get("refresh_token") or held

    def _wrong_client(self, form: dict[str, str], headers: Mapping[str, str]) -> str:
        assert self.shape.oauth is not None
        if self.shape.oauth.token_auth == "basic":
            return "" if headers.get("Authorization") == _basic() else "invalid_client"
        return "" if (form.get("client_id"), form.get("client_secret")) == (ID, SECRET) else "invalid_client"

    def _wrong_grant(self, form: dict[str, str]) -> str:
        if form["grant_type"] == "refresh_token":
            good = form["refresh_token"] in filter(None, self.tokens.values()) and not self.refuse_refresh
            return "" if good else "invalid_grant"
        asked = self.codes.pop(form["code"], {})
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        good = proof == asked.get("code_challenge") and form["redirect_uri"] == asked.get("redirect_uri")
        return "" if good else "invalid_grant"

    def _revoked(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        assert self.shape.oauth is not None
        way = self.shape.oauth.revocation
        if way == "form":
            token = self._given(headers, body)["token"]
        elif way == "bearer":
            token = headers["Authorization"].removeprefix("Bearer ")
        elif way == "client_json":
            assert (method, headers["Authorization"]) == ("DELETE", _basic())
            token = orjson.loads(body)["access_token"]
        else:
            assert method == "DELETE"
            token = path.rpartition("/")[2]
        self.revoked.append(token)
        self.tokens = {a: r for a, r in self.tokens.items() if token not in (a, r)}
        return Answer(b'{"ok": true}')


def _document(folder: Path, shape: Shape) -> ReadDocument:
    if not (folder / DOCUMENT).exists():
        return ReadDocument(title=shape.title, version="1", description="", servers=(), operations=())
    server = shape.server.replace("{domain}", "acme")
    return read_document((folder / DOCUMENT).read_bytes(), server=server)


def _basic() -> str:
    return "Basic " + base64.b64encode(f"{ID}:{SECRET}".encode()).decode()


@contextmanager
def connector_service(name: str, into: Path, port: int = 0) -> Iterator[ConnectorService]:
    """Run the service of a connector, and put its folder where `CONNECTOR_FOLDERS` may name it."""
    service = ConnectorService(name)
    service.start(port)
    try:
        service.put_folder(into)
        yield service
    finally:
        service.stop()
