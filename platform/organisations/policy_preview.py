"""What a change of the policy would break, asked before it is saved."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.utils.translation import ngettext

from kernel.registries import PolicyImpact, policy_impacts
from organisations.actors import Actor
from organisations.models import Membership, Organisation
from organisations.permissions import Permission, require
from organisations.policy import SECTION_LABELS, PolicyDocument, policy_of
from organisations.policy_checks import checked_policy


@dataclass(frozen=True, slots=True)
class Impact:
    """What one part of a new policy would break, in sentences."""

    section: str
    label: str
    sentences: tuple[str, ...]


def preview_policy(*, actor: Actor, document: Any) -> list[Impact]:
    """What would break were this the policy, by section; in the open scope.

    Raises:
        PermissionDenied: the actor may not set the policy.
        InvalidInput: the document is wrong; it names every field.
    """
    require(actor, Permission.MANAGE_POLICY)
    old = policy_of(actor.organisation)
    new = checked_policy(actor.organisation, document, old)
    return impacts_of(actor.organisation, old, new)


def impacts_of(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> list[Impact]:
    """What the rooms say about a change, in the order of the policy's sections."""
    found: dict[str, list[str]] = {section: [] for section in SECTION_LABELS}
    for impact in policy_impacts:
        found[impact.section].extend(impact.find(organisation, old, new))
    return [
        Impact(section, str(SECTION_LABELS[section]), tuple(sentences))
        for section, sentences in found.items()
        if sentences
    ]


def second_factors(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    """Who would have to set up a second factor before going on."""
    if old.joining.mfa_required or not new.joining.mfa_required:
        return ()
    members = Membership.objects.for_organisation(organisation).filter(suspended_at=None)
    count = members.exclude(user_id__in=Authenticator.objects.values("user_id")).count()
    sentence = ngettext(
        "%(count)s member has no second factor and must set one up before going on.",
        "%(count)s members have no second factor and must set one up before going on.",
        count,
    )
    return [sentence % {"count": count}] if count else ()


def register() -> None:
    """Add what this room knows."""
    policy_impacts.register(PolicyImpact("organisations.mfa", "joining", second_factors))
