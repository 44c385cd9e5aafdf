"""The ways that a listing's state may go: the one table of them."""

from django.utils.translation import gettext_lazy as _

from kernel.actions import assert_in_action
from kernel.errors import Conflict
from store.models import Listing

S = Listing.State
TRANSITIONS: dict[str, frozenset[str]] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.LIVE, S.UNPUBLISHED, S.SUSPENDED}),
    S.SUBMITTED: frozenset(
        {S.LIVE, S.CHANGES_REQUESTED, S.REJECTED, S.DRAFT, S.UNPUBLISHED, S.SUSPENDED, S.SUBMITTED}
    ),
    S.LIVE: frozenset({S.LIVE, S.SUBMITTED, S.CHANGES_REQUESTED, S.SUSPENDED, S.UNPUBLISHED}),
    S.CHANGES_REQUESTED: frozenset(
        {S.CHANGES_REQUESTED, S.SUBMITTED, S.LIVE, S.APPEALED, S.UNPUBLISHED, S.SUSPENDED}
    ),
    S.REJECTED: frozenset({S.APPEALED, S.SUBMITTED, S.LIVE, S.SUSPENDED}),
    S.APPEALED: frozenset({S.LIVE, S.REJECTED, S.SUSPENDED, S.CHANGES_REQUESTED, S.UNPUBLISHED}),
    S.SUSPENDED: frozenset({S.LIVE, S.APPEALED, S.UNPUBLISHED}),
    S.UNPUBLISHED: frozenset({S.UNPUBLISHED, S.LIVE, S.SUBMITTED, S.SUSPENDED}),
}
# From these nobody but a moderator leads back, so withdrawing an assistant does not end them.
HELD_BY_MODERATORS = frozenset({S.REJECTED, S.APPEALED, S.SUSPENDED})


class NoSuchStep(Conflict):
    code = "no_such_step"
    user_message = _(
        "This cannot follow: the listing is “%(state)s” now. Reload, look at how it stands, and choose again."
    )


def may_become(listing: Listing, state: str) -> bool:
    """Whether a listing may go from its present state to another."""
    return state in TRANSITIONS[listing.state]


def move(listing: Listing, state: str, *also: str) -> dict[str, str]:
    """Save a new state, in the open transaction; whoever calls audits and announces it.

    Args:
        also: names of further fields to save.

    Returns:
        What it was before, for the audit log.

    Raises:
        NoSuchStep: no way leads there from the present state.
    """
    assert_in_action()
    if not may_become(listing, state):
        raise NoSuchStep(state=listing.get_state_display())
    before = {"state": str(listing.state)}
    listing.state = state
    listing.save(update_fields=["state", "updated_at", *also])
    return before
