"""How many conversations a version had and what people thought of its answers: counts, and never a word of them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from kernel.registries import VersionOpinions
from kernel.tenancy import across_organisations

_CONVERSATIONS = """
SELECT version_id, count(*) FROM chat_conversation
WHERE version_id = ANY(%s) AND version_id <> '' AND created_at >= %s GROUP BY version_id
"""
_FEEDBACK = """
SELECT t.version_id, count(*) FILTER (WHERE m.feedback = 'up'), count(*) FILTER (WHERE m.feedback = 'down')
FROM turns_turn t JOIN chat_message m ON m.turn_id = t.id AND m.feedback <> ''
WHERE t.version_id = ANY(%s) AND t.version_id <> '' AND t.created_at >= %s GROUP BY t.version_id
"""


def opinions_of_versions(versions: Sequence[str], since: datetime) -> dict[str, VersionOpinions]:
    """Counts by the public id of the version, of all organisations since a moment."""
    reason = "counts of a version's conversations, for its creator"
    with across_organisations(reason=reason), connection.cursor() as cursor:
        cursor.execute(_CONVERSATIONS, [list(versions), since])
        conversations: dict[str, int] = dict(cursor.fetchall())
        cursor.execute(_FEEDBACK, [list(versions), since])
        thumbs = {name: (up, down) for name, up, down in cursor.fetchall()}
    return {name: VersionOpinions(conversations.get(name, 0), *thumbs.get(name, (0, 0))) for name in versions}
