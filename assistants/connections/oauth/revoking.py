"""Telling services that a grant is over: by RFC 7009, or in the way that a service has of its own."""

import base64
from typing import Any
from urllib.parse import quote, urlsplit

import orjson

from assistants.connections.auth_settings import OAuthSettings
from assistants.connections.oauth.errors import TokenUnavailable
from assistants.connections.oauth.tokens import MOST_BYTES, SECONDS, post_as_client
from kernel.egress import EgressError, guarded_async_client

# What says that a service does not know this token, or this kind of it: there is nothing more to do.
_DONE = frozenset({200, 204, 400, 404, 410, 422})


async def revoke(oauth: OAuthSettings, client_secret: str, secrets: dict[str, Any]) -> None:
    """Tell a service that a grant is over, as its settings say; see `OAuthSettings.revocation`.

    Raises:
        TokenUnavailable: it did not take note; trying again may help.
    """
    match oauth.revocation:
        case "form":
            await _by_form(oauth, client_secret, secrets)
        case "bearer":
            if token := secrets.get("access_token"):
                await _send(oauth, "POST", oauth.revocation_url, f"Bearer {token}", done={401})
        case "client_json":
            if token := secrets.get("access_token"):
                url = oauth.revocation_url.replace("{client_id}", quote(oauth.client_id, safe=""))
                pair = base64.b64encode(f"{oauth.client_id}:{client_secret}".encode()).decode()
                await _send(oauth, "DELETE", url, f"Basic {pair}", {"access_token": token})
        case "path":
            if token := secrets.get("refresh_token"):
                await _send(oauth, "DELETE", f"{oauth.revocation_url}/{quote(token, safe='')}")


async def _by_form(oauth: OAuthSettings, client_secret: str, secrets: dict[str, Any]) -> None:
    from authlib.common.urls import add_params_to_qs

    for kind in ("refresh_token", "access_token"):
        if token := secrets.get(kind):
            # Whoever takes JSON instead of the form takes what their reference names, which no hint is.
            hint = [("token_type_hint", kind)] if oauth.token_body == "form" else []  # noqa: S105 -- a format's name
            body = add_params_to_qs("", [("token", token), *hint])
            status, _document = await post_as_client(oauth.revocation_url, oauth, client_secret, body)
            if status not in (200, 204, 400):
                raise TokenUnavailable(host=_host(oauth))


async def _send(
    oauth: OAuthSettings,
    method: str,
    url: str,
    authorization: str = "",
    document: dict[str, str] | None = None,
    *,
    done: set[int] | None = None,
) -> None:
    headers = {"Accept": "application/json"} | ({"Authorization": authorization} if authorization else {})
    content = None
    if document is not None:
        content, headers["Content-Type"] = orjson.dumps(document), "application/json"
    try:
        async with guarded_async_client(timeout=SECONDS, total=SECONDS, max_bytes=MOST_BYTES) as client:
            answer = await client.request(method, url, headers=headers, content=content)
    except (EgressError, UnicodeEncodeError):
        raise TokenUnavailable(host=_host(oauth)) from None
    if answer.status_code not in _DONE | (done or set()):
        raise TokenUnavailable(host=_host(oauth))


def _host(oauth: OAuthSettings) -> str:
    return urlsplit(oauth.revocation_url).hostname or ""
