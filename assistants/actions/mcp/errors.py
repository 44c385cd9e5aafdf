"""What a conversation with an MCP server can end with, beside the guard's own EgressErrors.

McpError
├── Unauthorized       it wants a sign-in, or more rights than the present one has
├── McpRefused         it answered that it will not: its words are untrusted
├── McpNonsense        what it says is no MCP, or breaks the protocol
├── McpMoved           it sends us to another address, which is not followed
├── McpBusy            it was asked too often; says when to try again
├── McpTimeout         it took longer than the call may
├── McpOfferTooLarge   it offers more than is taken in
└── McpNeedsInput      it asks back for something that is not given from here
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError

LONGEST_REASON = 300  # characters of a server's own words that stand in a sentence of ours


class McpError(DomainError):
    code = "mcp_failed"
    status = 502
    user_message = _("%(host)s did not give a usable answer. Try again later, or check the address.")


class Unauthorized(McpError):
    """The server wants a sign-in (401), or other scopes than the present one's (403).

    Attributes:
        www_authenticate: the challenge as it was sent, at most 2,000 characters.
        resource_metadata: address of the protected resource's metadata (RFC 9728, section 5.1); empty for none.
        scope: what it asks for; empty where it does not say.
        insufficient: whether the credential holds and only lacks rights.
    """

    code = "mcp_unauthorized"
    user_message = _("%(host)s wants you to sign in. Connect your account there, and try again.")

    def __init__(self, *, host: str, www_authenticate: str = "", status: int = 401) -> None:
        self.www_authenticate = www_authenticate[:2000]
        challenge = challenge_of(self.www_authenticate)
        self.resource_metadata = challenge.get("resource_metadata", "")
        self.scope = challenge.get("scope", "")
        self.insufficient = status == 403
        super().__init__(host=host)


class McpRefused(McpError):
    """The server's own words stand in the sentence.

    Attributes:
        untrusted: whoever hands it to a model has to take it for text from outside.
        number: the JSON-RPC code.
    """

    untrusted: ClassVar[bool] = True
    code = "mcp_refused"
    user_message = _("%(host)s refused this: %(reason)s")

    def __init__(self, *, host: str, reason: str, number: int = 0) -> None:
        self.number = number
        words = " ".join("".join(c if c.isprintable() else " " for c in reason).split())
        super().__init__(host=host, reason=words[:LONGEST_REASON] or "–")


class McpNonsense(McpError):
    code = "mcp_nonsense"
    user_message = _(
        "%(host)s does not speak MCP over streamable HTTP as it should. Check that the address is that of its MCP endpoint."
    )


class McpMoved(McpError):
    code = "mcp_moved"
    user_message = _(
        "%(host)s sends MCP calls on to %(target)s. Calls are not passed on to other addresses: give that one instead if you"
        " trust it."
    )


class McpBusy(McpError):
    """Asked too often.

    Attributes:
        retry_after: seconds to wait, 1 to 3,600.
    """

    code = "mcp_busy"
    status = 503
    user_message = _("%(host)s is asked too often just now. Try again in %(retry_after)s seconds.")

    def __init__(self, *, host: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(host=host, retry_after=retry_after)


class McpTimeout(McpError):
    code = "mcp_timeout"
    status = 504
    user_message = _("%(host)s did not answer within %(seconds)s seconds. Try again later.")


class McpOfferTooLarge(McpError):
    code = "mcp_offer_too_large"
    user_message = _(
        "%(host)s offers more than is taken in here: at most %(tools)s tools and 1 MB of descriptions."
    )


class McpNeedsInput(McpError):
    code = "mcp_needs_input"
    user_message = _(
        "%(host)s asks for further input in the middle of the call, which cannot be given here. Give it all that it needs in"
        " the arguments."
    )


def challenge_of(header: str) -> Mapping[str, str]:
    """The parameters of the first Bearer challenge in a WWW-Authenticate header (RFC 9110, section 11.6.1)."""
    scheme, _space, rest = header.strip().partition(" ")
    if scheme.lower() != "bearer":
        return {}
    found: dict[str, Any] = {}
    while rest := rest.strip(" ,\t"):
        name, equals, rest = rest.partition("=")
        if not equals:
            break
        value, rest = _quoted(rest) if rest.startswith('"') else _token(rest)
        found.setdefault(name.strip().lower(), value)
    return found


def _quoted(rest: str) -> tuple[str, str]:
    value: list[str] = []
    at = 1
    while at < len(rest) and rest[at] != '"':
        at += rest[at] == "\\"
        value.append(rest[at : at + 1])
        at += 1
    return "".join(value), rest[at + 1 :]


def _token(rest: str) -> tuple[str, str]:
    value, _comma, rest = rest.partition(",")
    return value.strip(), rest
