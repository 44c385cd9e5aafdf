"""`ai-plugin.json`, version 1 of ChatGPT plugins: a description of a plugin that names an OpenAPI document."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.openapi.documents import DocumentError, Finding
from assistants.actions.openapi.loading import Loaded, load
from assistants.actions.openapi.places import find_place
from assistants.actions.openapi.security import ORGANISATION, USER
from kernel.egress import EgressRefused, check_url

_LIMITS = {
    "name_for_human": 20,
    "name_for_model": 50,
    "description_for_human": 100,
    "description_for_model": 8000,
}


@dataclass(frozen=True, slots=True)
class ReadPlugin:
    """A plugin's own words.

    Attributes:
        api_url: of its OpenAPI document.
        auth: how its calls are signed, in the form of a profile's settings; None for "none".
    """

    name_for_human: str
    name_for_model: str
    description_for_human: str
    description_for_model: str
    api_url: str
    auth: dict[str, Any] | None
    logo_url: str = ""
    contact_email: str = ""
    legal_info_url: str = ""
    warnings: tuple[Finding, ...] = ()


def is_plugin(data: bytes) -> bool:
    """Whether bytes are a plugin's description rather than an OpenAPI document."""
    try:
        value = load(data).value
    except DocumentError:
        return False
    return (
        "api" in value and "openapi" not in value and ("schema_version" in value or "name_for_model" in value)
    )


def read_plugin(data: bytes) -> ReadPlugin:
    """Read the description of a plugin.

    Raises:
        DocumentError: it is none, or what it asks for cannot be done; says where and why.
    """
    loaded = load(data)
    value = loaded.value
    api = value.get("api")
    if not isinstance(api, dict) or not isinstance(api.get("url"), str):
        raise _wrong(loaded, ("api",), "no_api", _("A plugin has to name its API: api {type: openapi, url}."))
    if api.get("type", "openapi") != "openapi":
        raise _wrong(
            loaded, ("api", "type"), "unknown_api", _("Only plugins whose API is OpenAPI can be read.")
        )
    try:
        check_url(api["url"])
    except EgressRefused:
        sentence = _("The address of the API's document has to be a public https one.")
        raise _wrong(loaded, ("api", "url"), "api_refused", sentence) from None
    texts = {name: _text(value, name) for name in _LIMITS}
    return ReadPlugin(
        **texts,
        api_url=api["url"],
        auth=_auth(loaded, value.get("auth")),
        logo_url=_text(value, "logo_url"),
        contact_email=_text(value, "contact_email"),
        legal_info_url=_text(value, "legal_info_url"),
        warnings=tuple(_findings(value, texts)),
    )


def _findings(value: Mapping[str, Any], texts: Mapping[str, str]) -> list[Finding]:
    found = []
    for name, limit in _LIMITS.items():
        if len(texts[name]) > limit:
            words = {"name": name, "length": len(texts[name]), "limit": limit}
            sentence = _("%(name)s has %(length)s characters; %(limit)s are allowed.") % words
            found.append(Finding("long_text", sentence))
    if value.get("schema_version") != "v1":
        found.append(
            Finding("version", _("The plugin's schema_version is not v1; it was read as if it were."))
        )
    return found


def _auth(loaded: Loaded, raw: Any) -> dict[str, Any] | None:
    auth = raw if isinstance(raw, dict) else {}
    kind = str(auth.get("type", "none"))
    if kind == "none":
        return None
    if kind in ("user_http", "service_http"):
        where = str(auth.get("authorization_type", "bearer")).lower()
        if where not in ("basic", "bearer"):
            sentence = _("authorization_type has to be basic or bearer.")
            raise _wrong(loaded, ("auth", "authorization_type"), "unknown_auth", sentence)
        owner = USER if kind == "user_http" else ORGANISATION
        return {"kind": "api_key", "owner": owner, "placement": {"where": where, "name": "Authorization"}}
    if kind != "oauth":
        sentence = _("This way of signing is unknown. Known are none, user_http, service_http and oauth.")
        raise _wrong(loaded, ("auth", "type"), "unknown_auth", sentence)
    return {"kind": "oauth2", "owner": USER, "oauth": _oauth(loaded, auth)}


def _oauth(loaded: Loaded, auth: Mapping[str, Any]) -> dict[str, Any]:
    # The names mislead: `client_url` is where the person is sent, `authorization_url` where the code is exchanged.
    urls = {}
    for ours, theirs in (("authorization_url", "client_url"), ("token_url", "authorization_url")):
        url = auth.get(theirs)
        try:
            check_url(url if isinstance(url, str) else "")
        except EgressRefused:
            sentence = _("%(field)s has to be a public https address.") % {"field": theirs}
            raise _wrong(loaded, ("auth", theirs), "auth_refused", sentence) from None
        urls[ours] = str(url)
    content_type = str(auth.get("authorization_content_type", ""))
    scope = auth.get("scope")
    return {
        "grant": "authorization_code",
        **urls,
        "scopes": scope.split() if isinstance(scope, str) else [],
        **({"token_content_type": "json"} if "json" in content_type else {}),
    }


def _text(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    return text.strip()[:10_000] if isinstance(text, str) else ""


def _wrong(loaded: Loaded, way: tuple[str, ...], reason: str, sentence: str) -> DocumentError:
    place = find_place(loaded.text, way, is_json=loaded.is_json)
    return DocumentError(
        reason,
        sentence,
        line=place.line if place else None,
        column=place.column if place else None,
        place=".".join(way),
    )
