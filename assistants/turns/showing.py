"""What a reader may see now of the citations of answers that were given before."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from assistants.turns.citations import without_words
from assistants.turns.models import Turn
from kernel.registries import CitationReading, citation_rights
from organisations.actors import Actor

HIDDEN = "hidden"


def reading_of(turn: Turn, actor: Actor | None = None) -> CitationReading:
    """Who reads a turn's citations: whoever it was made for.

    Args:
        actor: the reader as an actor, where there is one.
    """
    at_home = turn.organisation_id == turn.creator_organisation_id and not turn.api_key_id
    return CitationReading(
        turn.creator_organisation_id, turn.publication_id, turn.user_id if at_home else None, actor
    )


def shown_citations(turns: Sequence[Turn]) -> dict[str, list[dict[str, Any]]]:
    """The citations of turns, by the turns' public ids: words that may not be shown any more are cut.

    One look-up for all answers of one publication. Turns without citations cost nothing.
    """
    cited: defaultdict[CitationReading, set[str]] = defaultdict(set)
    for turn in turns:
        if turn.citations:
            cited[reading_of(turn)].update(item["document"] for item in turn.citations if item["document"])
    rights = {
        reading: citation_rights.get()(reading, sorted(documents)) for reading, documents in cited.items()
    }
    return {turn.public_id: _cut(turn, rights[reading_of(turn)]) if turn.citations else [] for turn in turns}


def _cut(turn: Turn, rights: dict[str, str]) -> list[dict[str, Any]]:
    return [
        # A page of the web is of no document: whoever asked was shown it in the answer.
        item
        if not item["document"] or rights.get(item["document"], HIDDEN) != HIDDEN
        else without_words(item)
        for item in turn.citations
    ]
