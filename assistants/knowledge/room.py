"""How much knowledge an organisation keeps, and how much it may keep. What limits it, other rooms know."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from kernel import registries
from kernel.actions import assert_in_action
from kernel.errors import DomainError
from kernel.registries import KnowledgeLimits

# What counts is the present content of sources that are not removed: whoever removes one has its room at once, although
# versions may still hold what it was. What holds other sources, as a website does, has no content of its own.
_USED = """
SELECT count(*), COALESCE(sum(d.size), 0)::bigint, COALESCE(sum(d.passages), 0)::bigint
FROM knowledge_source s JOIN knowledge_document d ON d.id = s.document_id
WHERE s.organisation_id = %s AND s.removed_at IS NULL
"""
_TURN = "SELECT pg_advisory_xact_lock(hashtextextended('knowledge.room', %s))"


class KnowledgeFull(DomainError):
    """The organisation's plan has no room for more."""

    status = 402


class FilesFull(KnowledgeFull):
    code = "files_limit"
    user_message = _(
        "%(organisation)s may keep %(limit)s sources and has %(used)s. Remove some that are not needed, or ask whoever runs"
        " this server for a larger plan."
    )


class BytesFull(KnowledgeFull):
    code = "bytes_limit"
    user_message = _(
        "%(organisation)s may keep %(limit)s of sources and has %(used)s, so that this does not fit. Remove some that are not"
        " needed, or ask whoever runs this server for a larger plan."
    )


class PassagesFull(KnowledgeFull):
    code = "passages_limit"
    user_message = _(
        "%(organisation)s may keep %(limit)s passages and has %(used)s, so that this does not fit. Remove sources that are not"
        " needed, or ask whoever runs this server for a larger plan."
    )


@dataclass(frozen=True, slots=True)
class KnowledgeRoom:
    """What an organisation keeps now, and what it may keep; a limit that is None is none."""

    files: int
    bytes: int
    passages: int
    limits: KnowledgeLimits

    @property
    def limited(self) -> bool:
        """Whether anything is limited at all."""
        return self.limits != KnowledgeLimits()


def knowledge_room(organisation: Any) -> KnowledgeRoom:
    """What an organisation keeps of what it may keep, inside its scope."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, [organisation.pk])
        files, size, passages = cursor.fetchone()
    return KnowledgeRoom(files, size, passages, limits_of(organisation))


def bytes_left(organisation: Any) -> int | None:
    """How many bytes there is room for, inside the organisation's scope; None where nothing limits them."""
    if (limit := limits_of(organisation).bytes) is None:
        return None
    return limit - knowledge_room(organisation).bytes


def limits_of(organisation: Any) -> KnowledgeLimits:
    """The narrowest of the limits that rooms have set, inside the organisation's scope."""
    found = [find(organisation) for find in registries.knowledge_limits]
    return KnowledgeLimits(
        *(
            min((v for one in found if (v := getattr(one, name)) is not None), default=None)
            for name in ("files", "bytes", "passages")
        )
    )


def guard_room(organisation: Any, *, files: int = 0, bytes: int = 0, passages: int = 0) -> None:
    """Refuse what does not fit, in the open transaction, which adds it; others wait for its end, so that no two squeeze in.

    Args:
        files, bytes, passages: what is about to be added; what gets smaller is always taken.

    Raises:
        FilesFull, BytesFull, PassagesFull: it does not fit.
    """
    assert_in_action()
    limits = limits_of(organisation)
    if limits == KnowledgeLimits():
        return
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [organisation.pk])
    room = knowledge_room(organisation)
    for error, more, used, limit in (
        (FilesFull, files, room.files, limits.files),
        (BytesFull, bytes, room.bytes, limits.bytes),
        (PassagesFull, passages, room.passages, limits.passages),
    ):
        if limit is not None and more > 0 and used + more > limit:
            write = filesizeformat if error is BytesFull else formats.number_format
            raise error(organisation=organisation.name, limit=write(limit), used=write(used))
