"""Whether an organisation has room for another person. What limits it, other rooms know: see `member_limits`."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.actions import assert_in_action
from kernel.errors import Conflict
from organisations.models import Organisation
from organisations.queries import members, open_invitations


class NoPlaceLeft(Conflict):
    code = "no_place_left"
    user_message = _(
        "%(organisation)s has room for %(limit)s people, open invitations included, and all places are taken. Remove"
        " somebody, withdraw an invitation, or ask whoever runs this server for a larger plan."
    )


def guard_place(organisation: Organisation, *, invited: bool = False) -> None:
    """Refuse another person where all places are taken; the action has taken its turn.

    Places of open invitations are kept: whoever was invited finds theirs.

    Args:
        invited: the person has an open invitation, so that the places of invitations are not counted.

    Raises:
        NoPlaceLeft: there are as many people as the organisation may have.
    """
    assert_in_action()
    limits = [limit for find in registries.member_limits if (limit := find(organisation)) is not None]
    if not limits:
        return
    taken = members(organisation).count()
    if not invited:
        taken += open_invitations(organisation).filter(expires_at__gt=timezone.now()).count()
    if taken >= min(limits):
        raise NoPlaceLeft(organisation=organisation.name, limit=min(limits))
