"""Whose usage somebody may see."""

from organisations.actors import Actor
from organisations.permissions import Permission


def only_own(actor: Actor) -> int | None:
    """None for those who may see everybody's usage, else the person to whom reports are limited."""
    return None if actor.can(Permission.VIEW_USAGE) else (actor.user_id or 0)
