"""How an action signs its calls, as one closed document."""

import hashlib
import re
from typing import Any, Literal

import orjson
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from kernel.egress import EgressRefused, check_url
from kernel.errors import FieldError, InvalidInput

LONGEST_SECRET = 8000
LONGEST_ADDRESS = 500
MOST_SCOPES = 60
# What we send ourselves: an action's settings may not send another one in its place.
RESERVED = frozenset(
    {
        "response_type", "client_id", "client_secret", "redirect_uri", "state", "scope", "code_challenge",
        "code_challenge_method", "resource", "request", "request_uri", "response_mode", "code_verifier", "nonce",
        "user_scope", "optional_scope",
    }
)  # fmt: skip
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}")
SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,300}")  # RFC 6749, appendix A.4
# Headers that say where a call goes, or how long it is.
_CLOSED_HEADERS = frozenset(
    {
        "host",
        "content-length",
        "content-type",
        "transfer-encoding",
        "connection",
        "origin",
        "te",
        "upgrade",
    }
)


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Placement(_Closed):
    """Where a credential stands in a call. `name` is the header's or the parameter's. `address`: it is the whole address that
    is called, as of a webhook that whoever knows it may use.
    """

    where: Literal["header", "query", "basic", "bearer", "address"] = "bearer"
    name: str = Field("", max_length=80)


class OAuthSettings(_Closed):
    """An authorization server and who we are there. `issuer` and `registration` are known where it was discovered.

    `resource` is what RFC 8707 calls the API at the server; `audience` is the older name that some want.

    Attributes:
        scope_parameter, scope_separator: how scopes are asked for; Slack has those of a person in `user_scope`, with commas.
        token_body: what the token endpoint is asked with: a form (RFC 6749), or JSON, which is all that Notion takes.
        tokens_in: the member of the token endpoint's answer that holds the tokens, where they do not stand at its top.
        lasts: seconds that tokens last where the service does not say; 0 for as long as it accepts them.
        revocation: how the service is told that a token is over: by a form (RFC 7009); by a call that the token itself
            signs (Slack); by DELETE with the client's name and secret and the token as JSON, `{client_id}` in the address
            filled (GitHub); or by DELETE of the address that the refresh token ends (HubSpot).
        registration: `organisation` where administrators registered one client for all of its assistants.
    """

    grant: Literal["authorization_code", "client_credentials"] = "authorization_code"
    authorization_url: str = Field("", max_length=LONGEST_ADDRESS)
    token_url: str = Field("", max_length=LONGEST_ADDRESS)
    revocation_url: str = Field("", max_length=LONGEST_ADDRESS)
    scopes: list[str] = Field(default_factory=list, max_length=MOST_SCOPES)
    client_id: str = Field("", max_length=500)
    token_auth: Literal["basic", "post", "none"] = "basic"  # noqa: S105 -- a method's name
    token_body: Literal["form", "json"] = "form"  # noqa: S105 -- a format's name
    audience: str = Field("", max_length=500)
    resource: str = Field("", max_length=500)
    extra_authorize: dict[str, str] = Field(default_factory=dict, max_length=20)
    issuer: str = Field("", max_length=500)
    iss_expected: bool = False
    registration: Literal["pre_registered", "organisation", "metadata_document", "dynamic"] = "pre_registered"
    scope_parameter: Literal["scope", "user_scope"] = "scope"
    scope_separator: Literal[" ", ","] = " "
    tokens_in: str = Field("", max_length=40)
    lasts: int = Field(0, ge=0, le=31_536_000)
    revocation: Literal["form", "bearer", "client_json", "path"] = "form"


class AuthSettings(_Closed):
    """How calls are signed. Secrets go in and never come out.

    Attributes:
        owner: whose credential signs: that of whoever asks, or one that the organisation gives for everybody.
        client_secret: of OAuth; None leaves the present one.
        key, username, password: the organisation's own credential, where `owner` is organisation and `kind` api_key.
    """

    kind: Literal["none", "api_key", "oauth2"] = "none"
    owner: Literal["user", "organisation"] = "user"
    placement: Placement = Placement()
    oauth: OAuthSettings | None = None
    client_secret: SecretStr | None = Field(None, max_length=LONGEST_SECRET)
    key: SecretStr | None = Field(None, max_length=LONGEST_SECRET)
    username: SecretStr | None = Field(None, max_length=500)
    password: SecretStr | None = Field(None, max_length=LONGEST_SECRET)

    def document(self) -> dict[str, Any]:
        """The settings as JSON, without their secrets."""
        return self.model_dump(mode="json", exclude={"client_secret", "key", "username", "password"})

    def consent(self, origin: str) -> str:
        """A digest of all that people agree to: another address, client, scope or place makes another one."""
        return hashlib.sha256(
            orjson.dumps([origin, self.document()], option=orjson.OPT_SORT_KEYS)
        ).hexdigest()


def read_settings(given: dict[str, Any]) -> AuthSettings:
    """Check settings that came from a person or a program.

    Raises:
        InvalidInput: it names every field that is wrong.
    """
    try:
        settings = AuthSettings.model_validate(given)
    except ValidationError as error:
        raise InvalidInput(
            errors=[_field_error(found) for found in error.errors(include_input=False)]
        ) from None
    wrong = [*_wrong_placement(settings), *_wrong_oauth(settings)]
    if wrong:
        raise InvalidInput(errors=wrong)
    return settings


def stored_settings(document: dict[str, Any]) -> AuthSettings:
    """Settings as a profile keeps them."""
    return AuthSettings.model_validate(document)


def _field_error(found: Any) -> FieldError:
    field = ".".join(str(part) for part in found["loc"])
    if found["type"] == "extra_forbidden":
        return FieldError(field, "unknown_field", _("There is no such field."))
    return FieldError(field, "invalid", str(found["msg"]))


def _wrong_placement(settings: AuthSettings) -> list[FieldError]:
    where, name = settings.placement.where, settings.placement.name
    if settings.kind != "api_key" or where not in ("header", "query"):
        return []
    if where == "header" and (not _HEADER.fullmatch(name) or name.lower() in _CLOSED_HEADERS):
        message = _("This is no header that can carry a key. For example: X-API-Key.")
        return [FieldError("placement.name", "invalid_header", message)]
    if where == "query" and not (name and name.isprintable() and "\n" not in name):
        return [FieldError("placement.name", "required", _("Say which parameter carries the key."))]
    return []


def _wrong_oauth(settings: AuthSettings) -> list[FieldError]:
    if settings.kind != "oauth2":
        return []
    if settings.oauth is None:
        return [
            FieldError("oauth", "required", _("Say where people consent and where tokens are given out."))
        ]
    oauth, wrong = settings.oauth, []
    needed = ["token_url"] + (["authorization_url"] if oauth.grant == "authorization_code" else [])
    for name in ("authorization_url", "token_url", "revocation_url"):
        url = getattr(oauth, name)
        if not url and name in needed:
            wrong.append(FieldError(f"oauth.{name}", "required", _("This address is needed.")))
        elif url and (said := _refused(url)):
            wrong.append(FieldError(f"oauth.{name}", "egress_refused", said))
    if not oauth.client_id:
        wrong.append(
            FieldError(
                "oauth.client_id", "required", _("The service gives one to whoever registers with it.")
            )
        )
    if oauth.grant == "client_credentials" and settings.owner != "organisation":
        message = _(
            "Client credentials are the organisation's: nobody consents. Choose the organisation as owner."
        )
        wrong.append(FieldError("owner", "not_a_persons", message))
    if any(not SCOPE.fullmatch(scope) for scope in oauth.scopes):
        wrong.append(
            FieldError("oauth.scopes", "invalid_scope", _("A scope holds no spaces or quotation marks."))
        )
    if taken := sorted(RESERVED & {name.lower() for name in oauth.extra_authorize}):
        message = _("Bottega sets these itself: %(names)s.") % {"names": ", ".join(taken)}
        wrong.append(FieldError("oauth.extra_authorize", "reserved", message))
    return wrong


def _refused(url: str) -> str:
    try:
        check_url(url)
    except EgressRefused as error:
        return error.message
    return _("Leave out what stands after the #.") if "#" in url else ""
