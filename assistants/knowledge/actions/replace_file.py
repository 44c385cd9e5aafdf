"""Give a source new content."""

from typing import Any

from django.utils import timezone

from assistants.knowledge.actions.add_source import Added, add_document
from assistants.knowledge.files import StoredFile, check_file, store_file
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import access_source
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


def replace_file(*, actor: Actor, source_set: SourceSet, source_id: str, upload: Any, name: str) -> Added:
    """Store a new revision of a source. The old one answers until the new one can be searched.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source.
        EmptyFile, FileTooLarge, UnsupportedFile, WrongContent: the file is not taken.
        FileAbovePolicy, KindForbidden: the organisation's policy does not take it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    shown, format_ = check_file(actor, upload, name)
    stored = store_file(upload, name=shown, format=format_, organisation_id=actor.organisation.public_id)
    return _record(actor=actor, source_set=source_set, source_id=source_id, stored=stored)


@entry_action
def _record(*, actor: Actor, source_set: SourceSet, source_id: str, stored: StoredFile) -> Added:
    source = access_source(source_set, source_id, lock=True)
    add_document(source, stored)
    # What it held as a zip goes; a new zip changes only what is different in it.
    if stored.format.name != "zip":
        held = Source.objects.for_organisation(source.organisation_id).filter(parent=source, removed_at=None)
        held.update(removed_at=timezone.now())
    record_audit(actor, "source.replaced", source)
    return Added(source)
