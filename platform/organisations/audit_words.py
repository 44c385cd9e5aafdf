"""The audit log's actions in words, for the page that shows it. Rooms to come add theirs in `AppConfig.ready()`."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, str | Promise] = {
    "organisation.created": _("Created the organisation"),
    "organisation.renamed": _("Renamed the organisation"),
    "member.joined": _("Joined"),
    "member.left": _("Left"),
    "member.removed": _("Removed a member"),
    "member.suspended": _("Suspended a member"),
    "member.resumed": _("Let a suspended member back in"),
    "member.role_changed": _("Changed a role"),
    "invitation.sent": _("Invited"),
    "invitation.resent": _("Sent an invitation again"),
    "invitation.withdrawn": _("Withdrew an invitation"),
    "policy.changed": _("Changed the policy"),
    "approval.requested": _("Asked for an approval"),
    "approval.decided": _("Decided on an approval"),
    "approval.withdrawn": _("Withdrew a request for approval"),
    "approval.expired": _("Let a request for approval run out"),
    "member.joined_by_domain": _("Joined by an e-mail address"),
    "api_key.created": _("Made an API key"),
    "api_key.revoked": _("Revoked an API key"),
    "api_key.rotated": _("Gave an API key a new secret"),
    "service_account.created": _("Made a service account"),
    "service_account.changed": _("Changed a service account"),
    "service_account.disabled": _("Disabled a service account"),
    "account.signed_in": _("Signed in"),
    "account.signed_out": _("Signed out"),
    "account.sign_in_failed": _("Failed to sign in"),
    "account.password_changed": _("Changed the password"),
    "account.password_set": _("Set a first password"),
    "account.password_reset": _("Set a new password by e-mail"),
    "account.email_confirmed": _("Confirmed an e-mail address"),
    "account.email_changed": _("Changed the e-mail address"),
    "account.factor_added": _("Set up a second factor"),
    "account.factor_removed": _("Removed a second factor"),
    "account.factor_failed": _("Failed at the second factor"),
    "api_key.used": _("Used an API key for the first time that day"),
    "demo.laid_out": _("Laid out the demo"),
    "data.changed_directly": _("Changed data directly, past the product"),
    "audit.exported": _("Took the audit log out as a file"),
    "group.created": _("Made a group"),
    "group.changed": _("Changed a group"),
    "group.deleted": _("Deleted a group"),
    "group.members_added": _("Put members into a group"),
    "group.member_removed": _("Took a member out of a group"),
    "role.created": _("Made a role"),
    "role.changed": _("Changed what a role allows"),
    "role.deleted": _("Deleted a role"),
    "grant.given": _("Shared something"),
    "grant.removed": _("Stopped sharing something"),
    "assistant.imported": _("Brought an assistant along from a file"),
    "assistant.pushed": _("Wrote an assistant's draft from a file"),
    "assistant.transferred": _("Handed an assistant over"),
    "staff.acting_started": _("Began to act as this person"),
    "staff.acting_ended": _("Stopped acting as this person"),
    "organisation.suspended": _("Suspended the organisation"),
    "organisation.resumed": _("Let the organisation go on"),
    "release.scheduled": _("Scheduled a version"),
    "release.cancelled": _("Took back a scheduled version"),
    "release.failed": _("Could not publish a scheduled version"),
    "rollout.started": _("Began a staged roll-out"),
    "rollout.changed": _("Changed the share of a roll-out"),
    "rollout.promoted": _("Gave a rolled-out version to everybody"),
    "rollout.rolled_back": _("Rolled a version back"),
    "publication.suspended": _("Suspended an assistant"),
    "publication.restored": _("Let a suspended assistant be used again"),
    "listing.suspended": _("Suspended a listing"),
    "listing.restored": _("Put a suspended listing back"),
    "assistant.version_made": _("Made a version that waits for an approval"),
    "plan.changed": _("Changed the plan"),
    "allowance.changed": _("Changed the allowance"),
    "assistant.created": _("Created an assistant"),
    "assistant.duplicated": _("Duplicated an assistant"),
    "assistant.forked": _("Began an assistant from somebody's public one"),
    "assistant.deleted": _("Deleted an assistant"),
    "assistant.restored": _("Brought an assistant back"),
    "assistant.published": _("Published an assistant"),
    "assistant.unpublished": _("Took an assistant back"),
    "assistant.version_restored": _("Went back to a version"),
    "publication.changed": _("Changed a publication"),
    "publication.forking_changed": _("Allowed or ended copies of a published assistant"),
    "source.added": _("Added a source"),
    "source.changed": _("Changed what is set about a source"),
    "source.removed": _("Removed a source"),
    "source.replaced": _("Replaced a source"),
    "source.restored": _("Brought a source back"),
    "source.synced": _("Had a source's origin looked at"),
    "source.shared": _("Shared a source with another assistant"),
    "source.unshared": _("Ended the sharing of a source"),
    "provider.added": _("Added a provider of models"),
    "provider.changed": _("Changed a provider of models"),
    "provider.deleted": _("Deleted a provider of models"),
    "provider.tested": _("Tried a provider of models out"),
    "listing.created": _("Made a listing"),
    "listing.changed": _("Changed a listing"),
    "listing.submitted": _("Sent a listing to the store"),
    "listing.unpublished": _("Took a listing out of the store"),
}


def add_action_words(words: dict[str, str | Promise]) -> None:
    """Say what further actions mean, for the page of the audit log."""
    _WORDS.update(words)


def has_words(action: str) -> bool:
    """Whether somebody said what an action means."""
    return action in _WORDS


def words_for_action(action: str) -> str:
    """What an action means; for an unknown one its own name, made readable."""
    known = _WORDS.get(action)
    return str(known) if known else action.replace(".", " ").replace("_", " ").capitalize()
