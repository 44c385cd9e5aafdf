"""Invite many people at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel.actions import entry_action
from kernel.errors import DomainError, InvalidInput, RateLimited
from organisations.actions.invite_member import open_door, send_after_commit
from organisations.actors import Actor
from organisations.invitation_list import InvitationRow
from organisations.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of a list: how many invitations were sent, and the rows that were left out with the reason."""

    sent: int
    left_out: tuple[tuple[InvitationRow, str], ...]


@entry_action
def invite_members(*, actor: Actor, rows: Sequence[InvitationRow]) -> Invited:
    """Send an invitation to each row that is right; what is wrong with a row holds up none of the others.

    Raises:
        PermissionDenied: the actor may not invite.
        InvalidInput: no row is left.
        RateLimited: the organisation has sent very many invitations within the hour; then none is sent.
    """
    require(actor, Permission.MANAGE_MEMBERS)
    sent, left_out = 0, []
    for row in rows:
        try:
            send_after_commit(actor, open_door(actor, row.email, row.role))
            sent += 1
        except RateLimited:
            raise
        except DomainError as error:
            left_out.append((row, _sentence(error)))
    return Invited(sent, tuple(left_out))


def _sentence(error: DomainError) -> str:
    first = error.errors[0].message if isinstance(error, InvalidInput) and error.errors else ""
    return first or error.message
