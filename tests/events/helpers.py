"""What the tests of notifications share."""

from events.models import Notification
from events.queries import notifications_of
from kernel.outbox import deliver_events
from kernel.tenancy import tenant_scope, user_scope
from organisations.actions.change_member_role import change_member_role
from organisations.actors import Actor
from organisations.models import Membership
from organisations.permissions import Role


def told(actor: Actor) -> list[Notification]:
    """What a person was told, newest first."""
    assert actor.user
    with user_scope(actor.user):
        return list(notifications_of(actor.user).order_by("-id"))


def place_of(actor: Actor) -> str:
    """The public id of a person's membership."""
    with tenant_scope(actor.organisation):
        row: Membership = Membership.objects.for_organisation(actor.organisation).get(pk=actor.membership_id)
        return row.public_id


def change_role(alice: Actor, bob: Actor, role: Role = Role.BUILDER) -> None:
    """Alice gives Bob another role, and the news of it arrives."""
    change_member_role(actor=alice, membership_id=place_of(bob), role=role)
    deliver_events()
