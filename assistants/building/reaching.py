"""Whether somebody else has to agree before others use what calls a new host, or writes there, and what is new about it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.actions.note_reach import note_reach
from assistants.actions.models import Action
from assistants.actions.queries import present_revisions
from assistants.actions.reach import Reached, new_reach, reach_of
from assistants.building.models import Version
from assistants.building.queries import specification_of
from assistants.building.specification import Specification
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.approvals import others_may_decide
from organisations.permissions import Permission
from organisations.policy import policy_of


class PrivacyPolicyMissing(Conflict):
    code = "privacy_policy_missing"
    user_message = gettext_lazy(
        "%(names)s: everybody who uses it sends something there, and no privacy policy is named. Give its address under"
        " Actions, then publish."
    )


def uses_of(specification: Specification) -> dict[str, Sequence[str]]:
    """The operations that a definition has on, by the actions' public ids."""
    return {use.id: tuple(use.operations) for use in specification.actions if use.operations}


def version_reach(version: Version) -> list[Reached]:
    """All that a version reaches, in the organisation's scope."""
    return reach_of(version.organisation_id, uses_of(specification_of(version)), version.revisions)


def unapproved_reach(actor: Actor, version: Version) -> list[Reached]:
    """What a version reaches that somebody else has to agree to first; empty where the policy asks nobody.

    Nor is anybody asked where nobody is left who could decide: in a personal organisation, for example.
    """
    if not policy_of(actor.organisation).actions.approval:
        return []
    found = new_reach(actor.organisation, version.assistant.public_id, version_reach(version))
    return found if found and somebody_else(actor, version) else []


def somebody_else(actor: Actor, version: Version | None) -> bool:
    """Whether anybody but who asks, and who made the version, could decide."""
    but = {actor.user_id, version.author_id if version else None}
    return others_may_decide(actor.organisation, Permission.PUBLISH_ASSISTANTS, but=but)


def draft_reach(actor: Actor, assistant_id: str, specification: Specification) -> list[Reached]:
    """The same as `unapproved_reach` of a draft that the actor would publish now."""
    uses = uses_of(specification)
    if not uses or not policy_of(actor.organisation).actions.approval:
        return []
    revisions = present_revisions(actor.organisation, list(uses))
    found = new_reach(actor.organisation, assistant_id, reach_of(actor.organisation, uses, revisions))
    return found if found and somebody_else(actor, None) else []


def note_version_reach(actor: Actor, version: Version, *, approval_id: str = "") -> None:
    """Remember how far a version reaches that others may use from now on."""
    note_reach(
        actor=actor,
        assistant_id=version.assistant.public_id,
        reached=version_reach(version),
        approval_id=approval_id,
    )


def check_privacy_policies(version: Version) -> None:
    """Refuse to open a version to everybody that calls what names no privacy policy.

    Raises:
        PrivacyPolicyMissing: it says which actions.
    """
    uses = uses_of(specification_of(version))
    rows = Action.objects.for_organisation(version.organisation_id).filter(
        public_id__in=list(uses), deleted_at=None, privacy_policy_url=""
    )
    names = list(rows.order_by("name").values_list("name", flat=True))
    if names:
        raise PrivacyPolicyMissing(names=", ".join(names))


def payload_of(reached: Sequence[Reached]) -> list[dict[str, str]]:
    """What is new, as a request for approval keeps it."""
    return [{"host": one.host, "operation": one.operation, "label": one.label} for one in reached]


def facts_of(reach: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What is new, for the page that asks: hosts, and what it may write there."""
    hosts = [one["host"] for one in reach if not one["operation"]]
    writes = [f"{one['host']}: {one['label']}" for one in reach if one["operation"]]
    return [
        *([(_("New hosts"), "\n".join(hosts))] if hosts else []),
        *([(_("New: it may write"), "\n".join(writes))] if writes else []),
    ]
