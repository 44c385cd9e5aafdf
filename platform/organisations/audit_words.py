"""The audit log's actions in words. Rooms above add theirs in `AppConfig.ready()`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, str | Promise] = {
    "organisation.created": _("Created the organisation"),
    "organisation.renamed": _("Renamed the organisation"),
    "member.joined": _("Joined"),
    "member.left": _("Left"),
    "member.removed": _("Removed a member"),
    "member.role_changed": _("Changed a role"),
    "invitation.sent": _("Invited"),
    "invitation.resent": _("Sent an invitation again"),
    "invitation.withdrawn": _("Withdrew an invitation"),
    "api_key.created": _("Made an API key"),
    "api_key.revoked": _("Revoked an API key"),
}


def add_action_words(words: dict[str, str | Promise]) -> None:
    """Say what further actions mean, for the page of the audit log."""
    _WORDS.update(words)


def words_for_action(action: str) -> str:
    """What an action means; for an unknown one its own name, made readable."""
    known = _WORDS.get(action)
    return str(known) if known else action.replace(".", " ").replace("_", " ").capitalize()
