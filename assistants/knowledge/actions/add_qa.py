"""Add questions with their answers to what an assistant knows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from assistants.knowledge.actions.add_source import Added, add_source
from assistants.knowledge.files import StoredFile, clean_name, max_upload_bytes, store_file
from assistants.knowledge.formats import QA
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.pairs import Pair, checked_pairs, written
from kernel.actions import entry_action
from kernel.errors import TooLarge
from organisations.actors import Actor
from organisations.permissions import Permission, require


def add_qa(*, actor: Actor, source_set: SourceSet, title: str, pairs: Iterable[Mapping[str, Any]]) -> Added:
    """Store pairs of `question` and `answer` under a title; each of them is found and cited by itself.

    Raises:
        PermissionDenied: the actor may not build.
        InvalidInput: there are none, or too many, or one lacks a side.
        TooLarge: together they are longer than a file may be.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    stored = store_pairs(actor, title or _("Questions and answers"), checked_pairs(pairs))
    return _record(actor=actor, source_set=source_set, stored=stored)


def store_pairs(actor: Actor, name: str, pairs: Sequence[Pair]) -> StoredFile:
    """Write pairs to storage; outside a transaction.

    Raises:
        TooLarge: together they are longer than a file may be.
    """
    data = written(pairs)
    if len(data) > max_upload_bytes():
        raise TooLarge(limit=f"{max_upload_bytes() // 1024**2} MB")
    return store_file(
        ContentFile(data), name=clean_name(name), format=QA, organisation_id=actor.organisation.public_id
    )


@entry_action
def _record(*, actor: Actor, source_set: SourceSet, stored: StoredFile) -> Added:
    return add_source(actor, source_set, type=Source.Type.QA, stored=stored)
