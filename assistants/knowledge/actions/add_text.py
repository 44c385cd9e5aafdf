"""Add a written text to what an assistant knows."""

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.actions.add_source import Added, add_source
from assistants.knowledge.files import StoredFile, clean_name, max_upload_bytes, store_file
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import Source, SourceSet
from kernel.actions import entry_action
from kernel.errors import InvalidInput, TooLarge
from organisations.actors import Actor
from organisations.permissions import Permission, require


def add_text(*, actor: Actor, source_set: SourceSet, title: str, text: str) -> Added:
    """Store a text, read as Markdown, under a title.

    Raises:
        PermissionDenied: the actor may not build.
        InvalidInput: there is no text.
        TooLarge: it is longer than a file may be.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    if not text.strip():
        raise InvalidInput.on("text", "required", _("Write or paste some text."))
    data = text.replace("\x00", "").encode("utf-8", "ignore")
    if len(data) > max_upload_bytes():
        raise TooLarge(limit=f"{max_upload_bytes() // 1024**2} MB")
    name = clean_name(title or text.strip().split("\n", 1)[0][:80])
    organisation_id = actor.organisation.public_id
    stored = store_file(ContentFile(data), name=name, format=BY_NAME["md"], organisation_id=organisation_id)
    return _record(actor=actor, source_set=source_set, stored=stored)


@entry_action
def _record(*, actor: Actor, source_set: SourceSet, stored: StoredFile) -> Added:
    return add_source(actor, source_set, type=Source.Type.TEXT, stored=stored)
