"""Notes about stored bytes: which are to be looked at, because no document may use them any more."""

from django.db import connection

from assistants.knowledge.models import StoredBytes
from kernel.actions import assert_in_action


def note_bytes(*, organisation_id: int, key: str) -> bool:
    """Note, in the open transaction, that bytes are about to be stored: should no document come to use them, they go again.

    Returns False where the same bytes are being taken away at this moment: they have to be stored under another key.
    """
    assert_in_action()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO knowledge_storedbytes AS note (organisation_id, key, since, removing) VALUES (%s, %s, now(), false)"
            " ON CONFLICT (organisation_id, key) DO UPDATE SET since = now() WHERE NOT note.removing",
            [organisation_id, key],
        )
        return bool(cursor.rowcount)


def forget_note(*, organisation_id: int, key: str) -> None:
    """The bytes are gone, or are in use: nothing is to be looked at."""
    assert_in_action()
    StoredBytes.objects.for_organisation(organisation_id).filter(key=key).delete()
