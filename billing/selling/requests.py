"""Requests of people without a word about the wallet, to those who have one."""

from organisations.actors import Actor
from organisations.models import Approval
from organisations.permissions import Permission

KIND = "purchase"


def requests_waiting(actor: Actor) -> int:
    """How many requests to spend from the organisation's wallet wait for somebody's decision, inside its scope."""
    rows = Approval.objects.for_organisation(actor.organisation)
    return rows.filter(kind=KIND, state=Approval.State.PENDING).count()


def decides_requests(actor: Actor) -> bool:
    """Whether the actor's word is enough: it takes one about requests, and one about money."""
    return actor.can(Permission.DECIDE_APPROVALS) and actor.can(Permission.MANAGE_BILLING)
