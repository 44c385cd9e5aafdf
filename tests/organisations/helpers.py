"""How tests look at the state after an action."""

from typing import Any

from django.urls import reverse

from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.invitations import token_of
from organisations.models import AuditEntry, Invitation, Membership
from tests.factories.organisations import make_actor


def audit_of(actor: Actor) -> list[str]:
    """The actions of an organisation's audit log, oldest first."""
    with tenant_scope(actor.organisation):
        rows = AuditEntry.objects.for_organisation(actor.organisation).order_by("id")
        return list(rows.values_list("action", flat=True))


def membership_id(actor: Actor) -> str:
    """The public id of the actor's membership."""
    with tenant_scope(actor.organisation):
        rows = Membership.objects.for_organisation(actor.organisation)
        return str(rows.get(user=actor.user).public_id)


def role_of(actor: Actor) -> str:
    """The role that the actor's membership has now."""
    with tenant_scope(actor.organisation):
        return str(Membership.objects.for_organisation(actor.organisation).get(user=actor.user).role)


def belongs(actor: Actor) -> bool:
    """Whether the actor's person still is a member of the actor's organisation."""
    assert actor.user is not None
    return make_actor(actor.user, actor.organisation).organisation == actor.organisation


def answer_path(invitation: Invitation) -> str:
    """Where the link in the e-mail leads."""
    return reverse("organisations:invitation_answer", args=[token_of(invitation)])


def accept_path(invitation: Invitation) -> str:
    """Where the accept button posts to."""
    return reverse("organisations:invitation_accept", args=[token_of(invitation)])


def expire(actor: Actor, invitation: Invitation, **changes: Any) -> None:
    """Change what no action changes: the time until which an invitation lasts, without another link."""
    with tenant_scope(actor.organisation):
        Invitation.objects.for_organisation(actor.organisation).filter(pk=invitation.pk).update(**changes)
