"""Say what an organisation allows."""

from typing import Any

from kernel.actions import entry_action
from kernel.errors import StaleRevision
from kernel.outbox import publish_event
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.models import Organisation, Policy
from organisations.permissions import ROLE_PERMISSIONS, Permission, Role, require
from organisations.policy import PolicyDocument, policy_row
from organisations.policy_cache import forget_policy
from organisations.policy_checks import checked_policy, merge_policy
from organisations.ranks import guard_grant, take_turns


@entry_action
def set_policy(*, actor: Actor, document: Any, revision: int | None = None) -> Policy:
    """Replace the whole policy; the same one again changes nothing.

    Args:
        revision: the one that the writer saw, 0 where there was none; None writes over whatever is there.

    Raises:
        PermissionDenied: the actor may not set the policy.
        StaleRevision: somebody saved another one meanwhile.
        InvalidInput: it names every wrong field.
        RoleAboveYours: people would join with a role that may do more than the actor's.
    """
    return _save(actor, document, revision, patch=False)


@entry_action
def patch_policy(*, actor: Actor, patch: Any, revision: int | None = None) -> Policy:
    """Merge a patch into the policy: objects are merged, lists and values replaced, null takes a field back.

    Raises: as `set_policy`.
    """
    return _save(actor, patch, revision, patch=True)


def _save(actor: Actor, given: Any, revision: int | None, *, patch: bool) -> Policy:
    require(actor, Permission.MANAGE_POLICY)
    take_turns(actor.organisation)
    row = policy_row(actor.organisation) or Policy(
        organisation=actor.organisation, revision=0, document=PolicyDocument().document()
    )
    if revision is not None and revision != row.revision:
        raise StaleRevision
    old = PolicyDocument.model_validate(row.document)
    policy = checked_policy(actor.organisation, merge_policy(old.document(), given) if patch else given, old)
    if policy.joining.domains and policy.joining != old.joining:
        guard_grant(actor, ROLE_PERMISSIONS[Role(policy.joining.role)])
    if policy != old:
        _write(actor, row, old, policy)
    return row


def _write(actor: Actor, row: Policy, old: PolicyDocument, policy: PolicyDocument) -> None:
    row.document, row.revision, row.updated_by = policy.document(), row.revision + 1, actor.user
    row.save()
    if policy.joining.mfa_required != old.joining.mfa_required:
        rows = Organisation.objects.filter(pk=actor.organisation.pk)
        rows.update(mfa_required=policy.joining.mfa_required)
    before, after = _changes(old, policy)
    record_audit(
        actor, "policy.changed", actor.organisation, before=before, after=after, revision=row.revision
    )
    publish_event(actor.organisation, "policy.changed", {"revision": row.revision, "sections": sorted(after)})
    forget_policy(actor.organisation.pk)


def _changes(old: PolicyDocument, new: PolicyDocument) -> tuple[dict[str, Any], dict[str, Any]]:
    """The sections that changed, as they were and as they are."""
    before, after = old.document(), new.document()
    changed = [section for section in after if after[section] != before[section]]
    return {name: before[name] for name in changed}, {name: after[name] for name in changed}
