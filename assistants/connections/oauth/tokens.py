"""The token endpoint. Every call goes through the egress guard, and never inside a transaction."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson
from django.utils import timezone

from assistants.connections.auth_settings import OAuthSettings
from assistants.connections.oauth.errors import TokenRefused, TokenUnavailable
from kernel.egress import EgressError, guarded_async_client

MOST_BYTES = 256 * 1024
SECONDS = 15.0
LONGEST_LIFE = 10 * 365 * 86_400
# Errors that say nothing about the grant (RFC 6749, section 5.2; Slack's oauth.v2.access).
_PASSING = frozenset(
    {
        "temporarily_unavailable", "server_error", "ratelimited", "internal_error", "fatal_error", "service_unavailable",
        "request_timeout",
    }
)  # fmt: skip
_METHODS = {"basic": "client_secret_basic", "post": "client_secret_post", "none": "none"}
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave. `scopes` is None where it said nothing, which means: as asked for."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime | None
    scopes: tuple[str, ...] | None

    def secrets(self, present: dict[str, Any] | None = None) -> dict[str, str]:
        """What is stored encrypted; a refresh token that was not replaced stays."""
        refresh = self.refresh_token or (present or {}).get("refresh_token", "")
        return {"access_token": self.access_token, "refresh_token": refresh}


async def ask_tokens(oauth: OAuthSettings, client_secret: str, grant_type: str, **parameters: str) -> Tokens:
    """Ask the token endpoint.

    Raises:
        TokenRefused: it said no.
        TokenUnavailable: it did not answer, or not in a way that can be understood.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    host = _host(oauth.token_url)
    extra = {"resource": oauth.resource, "audience": oauth.audience}
    body = prepare_token_request(grant_type, **extra, **parameters)
    status, document = await post_as_client(oauth.token_url, oauth, client_secret, body)
    # Some services, GitHub and Slack among them, say no with 200.
    if error := document.get("error"):
        if status == 429 or status >= 500 or error in _PASSING:
            raise TokenUnavailable(host=host)
        raise TokenRefused(host=host, reason=_shown(error))
    # What a person's consent gave stands a level lower there; renewed tokens do not.
    inner = document.get(oauth.tokens_in) if oauth.tokens_in else None
    if isinstance(inner, dict) and inner.get("access_token"):
        document = inner
    if status in (400, 401, 403):
        raise TokenRefused(host=host, reason=str(status))
    if status != 200 or not _usable(document):
        raise TokenUnavailable(host=host)
    return _tokens(document, oauth.lasts)


async def post_as_client(
    url: str, oauth: OAuthSettings, client_secret: str, body: str
) -> tuple[int, dict[str, Any]]:
    """Send a form, or JSON of the same names, in the client's name; gives the status, and the answer where it is one of both.

    Raises:
        TokenUnavailable: there was no answer.
    """
    from authlib.oauth2.auth import ClientAuth

    headers = {"Content-Type": _FORM, "Accept": "application/json"}
    try:
        auth = ClientAuth(oauth.client_id, client_secret, _METHODS[oauth.token_auth])
        url, headers, body = auth.prepare("POST", url, headers, body)
        if oauth.token_body == "json":  # noqa: S105 -- a format's name
            headers["Content-Type"], body = "application/json", orjson.dumps(dict(parse_qsl(body))).decode()
        async with guarded_async_client(timeout=SECONDS, total=SECONDS, max_bytes=MOST_BYTES) as client:
            answer = await client.post(url, content=body, headers=headers)
    except (EgressError, UnicodeEncodeError):
        raise TokenUnavailable(host=_host(url)) from None
    return answer.status_code, _document(answer.content, answer.headers.get("content-type", ""))


def _document(body: bytes, content_type: str) -> dict[str, Any]:
    try:
        if content_type.startswith(_FORM):
            return dict(parse_qsl(body.decode()))
        found = orjson.loads(body)
    except (ValueError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}


def _usable(document: dict[str, Any]) -> bool:
    token, kind = document.get("access_token"), document.get("token_type") or "bearer"
    return (
        isinstance(token, str)
        and bool(token)
        and token.isascii()
        and token.isprintable()
        and str(kind).lower()
        in (
            "bearer",
            "bot",
            "user",
        )
    )


def _tokens(document: dict[str, Any], lasts: int) -> Tokens:
    scope = document.get("scope")
    scopes = tuple(sorted(set(str(scope).replace(",", " ").split()))) if scope else None
    refresh = document.get("refresh_token")
    return Tokens(
        document["access_token"],
        refresh if isinstance(refresh, str) else "",
        _end(document.get("expires_in") or lasts or None),
        scopes,
    )


def _end(seconds: Any) -> datetime | None:
    try:
        lasts = int(float(seconds))
    except (TypeError, ValueError, OverflowError):
        return None
    return timezone.now() + timedelta(seconds=min(max(lasts, 0), LONGEST_LIFE))


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""


def _shown(error: Any) -> str:
    return "".join(character for character in str(error)[:60] if character.isalnum() or character in "_-. ")
