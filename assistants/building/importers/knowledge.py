"""Files that came with a definition, on their way into storage."""

from typing import Any

from django.utils.translation import gettext as _

from assistants.building.importers.base import Definition, KnowledgeFile
from assistants.building.portability.archives import Bundle
from assistants.knowledge.actions.put_sources import Brought
from assistants.knowledge.files import StoredFile, check_file, clean_name, max_upload_bytes, store_file
from assistants.knowledge.formats import QA
from assistants.knowledge.models import Source
from assistants.knowledge.pairs import read_pairs
from kernel.errors import DomainError
from organisations.actors import Actor


def store_knowledge(
    actor: Actor, definition: Definition, bundle: Bundle, *, strict: bool = False
) -> list[Brought]:
    """Check and store the files of a definition, one after the other, by the rules of any upload.

    Args:
        strict: refuse a file that is not taken, instead of noting it down.

    Raises:
        FileRefused: a file's bytes are not those that the definition names, or, where `strict`, one is not taken.
    """
    brought: list[Brought] = []
    for file in definition.files:
        with bundle.open(file.name) as content:
            stored = _stored(actor, definition, file, content, strict=strict)
        if stored is not None:
            brought.append(Brought(file.type, stored, about=file.about))
    return brought + [
        Brought(page.type, url=page.url, settings=page.settings, about=page.about)
        for page in definition.pages
    ]


def _stored(
    actor: Actor, definition: Definition, file: KnowledgeFile, content: Any, *, strict: bool
) -> StoredFile | None:
    try:
        if file.type == Source.Type.QA:
            found = QA
            read_pairs(content.read(max_upload_bytes() + 1))
        else:
            _shown, found = check_file(actor, content, file.read_as or file.name)
    except DomainError as refusal:
        reason = refusal.errors[0].message if refusal.errors else refusal.message
        if strict:
            raise definition.located.refuse(file.path, refusal.code, reason) from None
        definition.account.misses(file.name, file.title, reason)
        return None
    stored = store_file(
        content, name=clean_name(file.title), format=found, organisation_id=actor.organisation.public_id
    )
    if file.sha256 and stored.sha256 != file.sha256:
        reason = _("The file has other bytes than this. Take the line away, or write %(sha256)s.")
        raise definition.located.refuse(file.path, "wrong_hash", reason % {"sha256": stored.sha256})
    return stored
