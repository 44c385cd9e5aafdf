"""The audit log's actions in words, for the page that shows it. Rooms to come add theirs in `AppConfig.ready()`."""

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
    "policy.changed": _("Changed the policy"),
    "approval.requested": _("Asked for an approval"),
    "approval.decided": _("Decided on an approval"),
    "approval.withdrawn": _("Withdrew a request for approval"),
    "approval.expired": _("Let a request for approval run out"),
    "api_key.created": _("Made an API key"),
    "api_key.revoked": _("Revoked an API key"),
    "audit.exported": _("Took the audit log out as a file"),
    "assistant.created": _("Created an assistant"),
    "assistant.deleted": _("Deleted an assistant"),
    "assistant.restored": _("Brought an assistant back"),
    "assistant.published": _("Published an assistant"),
    "assistant.unpublished": _("Took an assistant back"),
    "assistant.version_restored": _("Went back to a version"),
    "publication.changed": _("Changed a publication"),
    "source.added": _("Added a source"),
    "source.removed": _("Removed a source"),
    "source.replaced": _("Replaced a source"),
    "source.restored": _("Brought a source back"),
    "listing.created": _("Made a listing"),
    "listing.changed": _("Changed a listing"),
    "listing.submitted": _("Sent a listing to the store"),
    "listing.unpublished": _("Took a listing out of the store"),
}


def add_action_words(words: dict[str, str | Promise]) -> None:
    """Say what further actions mean, for the page of the audit log."""
    _WORDS.update(words)


def words_for_action(action: str) -> str:
    """What an action means; for an unknown one its own name, made readable."""
    known = _WORDS.get(action)
    return str(known) if known else action.replace(".", " ").replace("_", " ").capitalize()
