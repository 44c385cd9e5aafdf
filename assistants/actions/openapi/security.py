"""How a document says its calls are signed, as the settings of a profile."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from assistants.actions.openapi.documents import Finding
from assistants.actions.openapi.references import References

USER, ORGANISATION = "user", "organisation"


def suggested_auth(
    root: Mapping[str, Any], references: References, operations: list[Mapping[str, Any]]
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """The first way of signing that the document asks for and that works here.

    Args:
        operations: the raw operations, whose own `security` counts where the document has none.

    Returns:
        settings {kind: none, api_key or oauth2; owner; placement {where, name}; oauth {grant, authorization_url,
        token_url, scopes[]} or {discovery_url}; scheme}, or None where nothing is asked for.
    """
    components = root.get("components")
    schemes = components.get("securitySchemes") if isinstance(components, dict) else None
    if not isinstance(schemes, dict) or not schemes:
        return None, []
    findings: list[Finding] = []
    for name, scopes in _asked_for(root, operations, schemes):
        scheme, _way = references.follow(schemes[name], ("components", "securitySchemes", name))
        if not isinstance(scheme, dict):
            continue
        auth = _auth_of(scheme, scopes)
        if auth is None:
            sentence = _("The way of signing “%(name)s” (%(kind)s) is not offered here and was passed over.")
            kind = " ".join(str(scheme.get(key, "")) for key in ("type", "scheme")).strip()
            findings.append(Finding("unusable_security", sentence % {"name": name, "kind": kind}))
            continue
        findings += _findings(name, scheme, auth)
        return {**auth, "scheme": name}, findings
    return None, findings


def _asked_for(
    root: Mapping[str, Any], operations: list[Mapping[str, Any]], schemes: Mapping[str, Any]
) -> list[tuple[str, list[str]]]:
    asked: dict[str, list[str]] = {}
    for holder in (root, *operations):
        requirements = holder.get("security")
        for requirement in requirements if isinstance(requirements, list) else ():
            for name, scopes in requirement.items() if isinstance(requirement, dict) else ():
                if name in schemes:
                    known = asked.setdefault(name, [])
                    known += [each for each in _texts(scopes) if each not in known]
    for name in schemes:  # declared and never asked for: documents forget to
        asked.setdefault(name, [])
    return list(asked.items())


def _auth_of(scheme: Mapping[str, Any], scopes: list[str]) -> dict[str, Any] | None:
    kind = str(scheme.get("type", ""))
    if kind == "apiKey":
        return _api_key(scheme)
    if kind == "http":
        where = str(scheme.get("scheme", "")).lower()
        if where not in ("basic", "bearer"):
            return None
        return {
            "kind": "api_key",
            "owner": ORGANISATION,
            "placement": {"where": where, "name": "Authorization"},
        }
    if kind == "oauth2":
        return _oauth(scheme.get("flows"), scopes)
    if kind == "openIdConnect" and _is_https(scheme.get("openIdConnectUrl")):
        oauth = {"grant": "authorization_code", "discovery_url": scheme["openIdConnectUrl"], "scopes": scopes}
        return {"kind": "oauth2", "owner": USER, "oauth": oauth}
    return None


def _api_key(scheme: Mapping[str, Any]) -> dict[str, Any] | None:
    name, where = scheme.get("name"), scheme.get("in")
    if not isinstance(name, str) or not name or where not in ("header", "query", "cookie"):
        return None
    if where == "cookie":
        return {"kind": "api_key", "owner": ORGANISATION, "placement": {"where": "header", "name": "Cookie"}}
    return {"kind": "api_key", "owner": ORGANISATION, "placement": {"where": where, "name": name}}


def _oauth(flows: Any, scopes: list[str]) -> dict[str, Any] | None:
    flows = flows if isinstance(flows, dict) else {}
    for flow_name, grant in (
        ("authorizationCode", "authorization_code"),
        ("clientCredentials", "client_credentials"),
    ):
        flow = flows.get(flow_name)
        if not isinstance(flow, dict) or not _is_https(flow.get("tokenUrl")):
            continue
        if grant == "authorization_code" and not _is_https(flow.get("authorizationUrl")):
            continue
        offered = [each for each in flow.get("scopes") or () if isinstance(each, str)]
        oauth = {
            "grant": grant,
            "token_url": flow["tokenUrl"],
            "scopes": [each for each in scopes if each in offered] or (offered if len(offered) <= 3 else []),
        }
        if grant == "authorization_code":
            oauth["authorization_url"] = flow["authorizationUrl"]
        owner = USER if grant == "authorization_code" else ORGANISATION
        return {"kind": "oauth2", "owner": owner, "oauth": oauth}
    return None


def _findings(name: str, scheme: Mapping[str, Any], auth: Mapping[str, Any]) -> list[Finding]:
    found = []
    if scheme.get("in") == "cookie":
        sentence = _("“%(name)s” is sent as a cookie. Enter the credential as “%(cookie)s=value”.")
        found.append(Finding("cookie_key", sentence % {"name": name, "cookie": scheme.get("name")}))
    oauth = auth.get("oauth")
    if oauth is not None and not oauth["scopes"]:
        sentence = _("“%(name)s” names many scopes. Choose the least that the operations need.")
        found.append(Finding("choose_scopes", sentence % {"name": name}))
    return found


def _is_https(url: Any) -> bool:
    return isinstance(url, str) and urlsplit(url).scheme == "https"


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
