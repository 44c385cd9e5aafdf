"""Actions that a version uses and that were removed since: it can go live without them, and never silently."""

from collections.abc import Container

from django.utils.translation import gettext_lazy as _

from assistants.actions.queries import removed_actions
from assistants.building.models import Version
from assistants.building.queries import specification_of
from assistants.building.reaching import uses_of
from assistants.building.specification import Specification
from kernel.errors import Conflict


class ActionsRemoved(Conflict):
    code = "actions_removed"
    user_message = _(
        "Version %(number)s uses actions that were removed: %(names)s. It can go live without them, if whoever releases it"
        " says so."
    )


def removed_from(version: Version) -> dict[str, str]:
    """The names of actions that a version uses and that are gone, by their public ids; inside the organisation's scope."""
    return removed_actions(version.organisation_id, list(uses_of(specification_of(version))))


def left_out_of(version: Version, *, accepted: bool) -> dict[str, str]:
    """The same of a version that somebody releases.

    Args:
        accepted: that it goes live without them is what they want.

    Raises:
        ActionsRemoved: there are some, and nobody has said so.
    """
    found = removed_from(version)
    if found and not accepted:
        raise ActionsRemoved(number=version.number, names=", ".join(found.values()))
    return found


def without_actions(specification: Specification, ids: Container[str]) -> Specification:
    """A definition that does without some of its actions."""
    kept = [use for use in specification.actions if use.id not in ids]
    return specification.model_copy(update={"actions": kept})
