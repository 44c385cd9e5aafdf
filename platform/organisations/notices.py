"""What people are told about their organisations."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models import User
from kernel import registries
from kernel.registries import NotificationKind
from organisations.models import Approval, Invitation, Membership
from organisations.permissions import ROLE_LABELS, Permission, Role
from organisations.queries import organisation_name
from organisations.recipients import members_who_may

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]
_ROLE_MSGIDS = {
    Role.OWNER: "Owner",
    Role.ADMIN: "Administrator",
    Role.PUBLISHER: "Publisher",
    Role.BUILDER: "Builder",
    Role.MEMBER: "Member",
    Role.BILLING: "Billing",
    Role.GUEST: "Guest",
}
assert _ROLE_MSGIDS.keys() == ROLE_LABELS.keys()


def _role_word(held: Membership | Invitation) -> str | list[str]:
    """A custom role's own name, or a built-in one's, which is translated when it is read."""
    return held.custom_role.name if held.custom_role else [_ROLE_MSGIDS[Role(held.role)]]


def _invited(organisation_id: int, payload: dict[str, Any]) -> Notices:
    rows = Invitation.objects.for_organisation(organisation_id).select_related("custom_role", "invited_by")
    invitation: Invitation | None = rows.filter(public_id=payload["invitation"]).first()
    user = User.objects.filter(email__iexact=invitation.email).first() if invitation else None
    if invitation is None or user is None or not invitation.is_open:
        return
    facts = {"organisation": organisation_name(organisation_id), "role": _role_word(invitation)}
    title = [gettext_noop("%(organisation)s invites you as %(role)s"), facts]
    body = [gettext_noop("Open the link in the e-mail that was sent to you to accept."), {}]
    yield user.pk, title, body, ""


def _joined(organisation_id: int, payload: dict[str, Any]) -> Notices:
    rows = Membership.objects.for_organisation(organisation_id).select_related("user", "custom_role")
    member: Membership | None = rows.filter(public_id=payload["member"]).first()
    if member is None:
        return
    facts = {"name": member.user.display_name, "organisation": organisation_name(organisation_id)}
    title = [gettext_noop("%(name)s joined %(organisation)s"), facts]
    body = [gettext_noop("Their role is %(role)s."), {"role": _role_word(member)}]
    for user_id in members_who_may(organisation_id, Permission.MANAGE_MEMBERS):
        if user_id != member.user_id:
            yield user_id, title, body, reverse("organisations:member_list")


def _role_changed(organisation_id: int, payload: dict[str, Any]) -> Notices:
    rows = Membership.objects.for_organisation(organisation_id).select_related("custom_role")
    member: Membership | None = rows.filter(public_id=payload["member"]).first()
    if member is not None:
        facts = {"role": _role_word(member), "organisation": organisation_name(organisation_id)}
        title = [gettext_noop("Your role in %(organisation)s is now %(role)s"), facts]
        yield member.user_id, title, None, reverse("organisations:overview")


def _approval(organisation_id: int, payload: dict[str, Any]) -> Approval | None:
    rows = Approval.objects.for_organisation(organisation_id).filter(public_id=payload["approval"])
    found: Approval | None = rows.select_related("requested_by").first()
    return found


def _approval_requested(organisation_id: int, payload: dict[str, Any]) -> Notices:
    approval = _approval(organisation_id, payload)
    if approval is None or approval.state != Approval.State.PENDING:
        return
    asking = approval.requested_by
    facts = {"name": asking.display_name if asking else "–", "subject": approval.subject_label}
    title = [gettext_noop("%(name)s asks for your approval: %(subject)s"), facts]
    for user_id in members_who_may(organisation_id, Permission.DECIDE_APPROVALS):
        if user_id != approval.requested_by_id:
            yield user_id, title, None, reverse("organisations:approval_detail", args=[approval.public_id])


_DECISIONS = {
    Approval.State.APPROVED.value: gettext_noop("Approved: %(subject)s"),
    Approval.State.REJECTED.value: gettext_noop("Refused: %(subject)s"),
}


def _approval_decided(organisation_id: int, payload: dict[str, Any]) -> Notices:
    approval = _approval(organisation_id, payload)
    if approval is None or approval.requested_by_id is None or approval.state not in _DECISIONS:
        return
    title = [_DECISIONS[approval.state], {"subject": approval.subject_label}]
    said = approval.decision_reason
    body = [gettext_noop("The reason: %(reason)s"), {"reason": said}] if said else None
    yield (
        approval.requested_by_id,
        title,
        body,
        reverse("organisations:approval_detail", args=[approval.public_id]),
    )


def _acted_as(organisation_id: int, payload: dict[str, Any]) -> Notices:
    user = User.objects.filter(public_id=payload["user"]).first()
    if user is not None:
        title = [gettext_noop("The platform's staff opened your account"), {}]
        said = gettext_noop("%(staff)s acts as you, for an hour at most, because: %(reason)s")
        yield user.pk, title, [said, {"staff": payload["staff"], "reason": payload["reason"]}], ""


KINDS = (
    NotificationKind("acted_as", _("The platform's staff opens your account"), "person.acted_as", _acted_as),
    NotificationKind(
        "invitation_received", _("Somebody invites you"), "invitation.sent", _invited, email="off"
    ),
    NotificationKind(
        "member_joined", _("Somebody joins your organisation"), "member.joined", _joined, email="daily"
    ),
    NotificationKind("role_changed", _("Your role changes"), "member.role_changed", _role_changed),
    NotificationKind(
        "approval_requested",
        _("Somebody asks for your approval"),
        "approval.requested",
        _approval_requested,
    ),
    NotificationKind(
        "approval_decided", _("What you asked for is decided"), "approval.decided", _approval_decided
    ),
)


def register() -> None:
    """Let events become notifications."""
    for kind in KINDS:
        registries.notification_kinds.register(kind)
