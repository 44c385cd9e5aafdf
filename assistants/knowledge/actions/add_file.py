"""Add a file to what an assistant knows."""

from typing import Any

from assistants.knowledge.actions.add_source import Added, add_source
from assistants.knowledge.files import StoredFile, check_file, store_file
from assistants.knowledge.models import Source, SourceSet
from kernel.actions import entry_action
from organisations.actors import Actor
from organisations.permissions import Permission, require


def add_file(*, actor: Actor, source_set: SourceSet, upload: Any, name: str) -> Added:
    """Check, store and record an uploaded file; the workers read it.

    Args:
        upload: a Django File, or anything with `size`, `read` and `seek`.
        name: its name, as its owner calls it.

    Raises:
        PermissionDenied: the actor may not build.
        EmptyFile, FileTooLarge, UnsupportedFile, WrongContent: the file is not taken.
        FileAbovePolicy, KindForbidden: the organisation's policy does not take it.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    shown, format_ = check_file(actor, upload, name)
    # Stored before the transaction begins: storage may be a network away.
    stored = store_file(upload, name=shown, format=format_, organisation_id=actor.organisation.public_id)
    return _record(actor=actor, source_set=source_set, stored=stored)


@entry_action
def _record(*, actor: Actor, source_set: SourceSet, stored: StoredFile) -> Added:
    return add_source(actor, source_set, type=Source.Type.FILE, stored=stored)
