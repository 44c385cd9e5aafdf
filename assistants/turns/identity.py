"""Whose a saved turn is and what it is charged to."""

from assistants.turns.actions.close_turn import TurnIdentity
from assistants.turns.models import Turn


def identity_of_turn(turn: Turn) -> TurnIdentity:
    """The identity of a turn, for whoever closes it in place of the process that made it."""
    return TurnIdentity(
        id=turn.public_id,
        organisation_id=turn.organisation_id,
        product=turn.assistant_id,
        product_name=turn.assistant_name,
        user_id=turn.user_id,
        api_key_id=turn.api_key_id,
        keep_text=turn.surface not in Turn.UNKEPT,
        earner_id=turn.creator_organisation_id
        if turn.publication_id and turn.creator_organisation_id != turn.organisation_id
        else None,
    )
