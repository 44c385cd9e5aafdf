"""What an authorization server's answer can end with.

ConnectionBroken       the service no longer accepts the credential: somebody has to connect again
TokenRefused           the service refused to give tokens out
TokenUnavailable       it did not answer, or spoke nonsense: trying again may help
ScopesDiffer           it granted something else than was asked for
"""

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, DomainError, Unavailable


class ConnectionBroken(Conflict):
    code = "connection_broken"
    user_message = _("%(host)s no longer accepts your connection. Connect again under Connections.")


class TokenRefused(DomainError):
    """`reason` is the service's own error code (RFC 6749, section 5.2)."""

    code = "consent_refused"
    user_message = _("%(host)s did not hand out access (%(reason)s). Nothing was connected. Try once more.")


class TokenUnavailable(Unavailable):
    code = "authorization_server_unavailable"
    user_message = _("%(host)s does not answer as it should now. Try again in a moment.")


class ScopesDiffer(DomainError):
    code = "scopes_differ"
    user_message = _(
        "%(host)s granted something else than was asked for (%(difference)s). Nothing was connected. Try again and"
        " leave everything ticked; if it happens again, tell whoever made the assistant."
    )
