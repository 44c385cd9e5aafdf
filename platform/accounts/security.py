"""What can happen to a person's own account, and how it is told."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Happened(StrEnum):
    """The kinds of security events."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an event
    PASSWORD_RESET = "password_reset"  # noqa: S105 - the name of an event
    EMAIL_ADDED = "email_added"
    EMAIL_CHANGED = "email_changed"
    EMAIL_REMOVED = "email_removed"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    FACTOR_USED = "factor_used"
    FACTOR_FAILED = "factor_failed"
    CODES_MADE = "recovery_codes_made"
    CODE_USED = "recovery_code_used"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"


@dataclass(frozen=True, slots=True)
class Words:
    """How an event reads: its sentence, an icon, and whether it deserves a second look."""

    text: str | Promise
    icon: str
    warn: bool = False


WORDS: dict[str, Words] = {
    Happened.SIGN_IN: Words(_("Signed in"), "log-in"),
    Happened.SIGN_IN_FAILED: Words(_("A sign-in failed"), "shield-x", warn=True),
    Happened.SIGN_OUT: Words(_("Signed out"), "log-out"),
    Happened.PASSWORD_CHANGED: Words(_("Password changed"), "key-round"),
    Happened.PASSWORD_RESET: Words(_("Password set anew through a link"), "key-round", warn=True),
    Happened.EMAIL_ADDED: Words(_("E-mail address added"), "mail-plus"),
    Happened.EMAIL_CHANGED: Words(_("Main e-mail address changed"), "mail", warn=True),
    Happened.EMAIL_REMOVED: Words(_("E-mail address removed"), "mail"),
    Happened.FACTOR_ADDED: Words(_("Second factor added"), "shield-check"),
    Happened.FACTOR_REMOVED: Words(_("Second factor removed"), "shield-off", warn=True),
    Happened.FACTOR_USED: Words(_("Second factor used"), "shield-check"),
    Happened.FACTOR_FAILED: Words(_("A second factor was wrong"), "shield-x", warn=True),
    Happened.CODES_MADE: Words(_("Recovery codes made"), "life-buoy"),
    Happened.CODE_USED: Words(_("A recovery code was used"), "life-buoy", warn=True),
    Happened.SESSION_ENDED: Words(_("A session was ended"), "log-out"),
    Happened.SESSIONS_ENDED: Words(_("All other sessions were ended"), "log-out"),
}

FACTOR_WORDS: dict[str, str | Promise] = {
    "totp": _("Authenticator app"),
    "webauthn": _("Passkey"),
    "recovery_codes": _("Recovery codes"),
}


def words_of(kind: str) -> Words:
    """How an event of a kind reads; an unknown one reads as its name."""
    return WORDS.get(kind) or Words(kind, "info")


def about(detail: dict[str, Any]) -> str:
    """What an event was about: the factor, the address, or the other device."""
    if "device" in detail:  # where somebody signed in from is told beside it
        return ""
    factor = str(FACTOR_WORDS.get(detail.get("factor", ""), ""))
    named = [factor, detail.get("name", ""), detail.get("email", "")]
    return " · ".join(part for part in named if part)
