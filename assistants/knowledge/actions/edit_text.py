"""Edit the text of a source."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.files import StoredFile, max_upload_bytes, store_file
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import access_source
from kernel.actions import entry_action
from kernel.errors import Conflict, InvalidInput, StaleRevision, TooLarge
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class NotWrittenHere(Conflict):
    code = "not_written_here"
    user_message = _("%(name)s was not written here. Replace its content instead.")


def text_of(source: Source) -> str:
    """The text of a source as it was written, from storage: outside a transaction.

    Raises:
        NotWrittenHere: it came from elsewhere.
    """
    if source.type != Source.Type.TEXT or source.document is None:
        raise NotWrittenHere(name=source.name)
    with default_storage.open(source.document.storage_key) as file:
        return str(file.read().decode("utf-8", "replace"))


def edit_text(*, actor: Actor, source_set: SourceSet, source_id: str, text: str, document: str) -> Source:
    """Give a written source other words; they become its next revision, and the one before answers until then.

    Args:
        document: public id of the revision that was looked at.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source.
        NotWrittenHere: it came from elsewhere.
        InvalidInput: there is no text.
        TooLarge: it is longer than a file may be.
        StaleRevision: somebody changed it meanwhile.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with tenant_scope(actor.organisation):
        source = access_source(source_set, source_id)
    if source.type != Source.Type.TEXT:
        raise NotWrittenHere(name=source.name)
    if not text.strip():
        raise InvalidInput.on("text", "required", _("Write or paste some text."))
    data = text.replace("\r\n", "\n").replace("\x00", "").encode("utf-8", "ignore")
    if len(data) > max_upload_bytes():
        raise TooLarge(limit=f"{max_upload_bytes() // 1024**2} MB")
    stored = store_file(
        ContentFile(data),
        name=source.name,
        format=BY_NAME["md"],
        organisation_id=actor.organisation.public_id,
    )
    return _record(actor=actor, source_set=source_set, source_id=source_id, seen=document, stored=stored)


@entry_action
def _record(*, actor: Actor, source_set: SourceSet, source_id: str, seen: str, stored: StoredFile) -> Source:
    source = access_source(source_set, source_id, lock=True)
    if source.document is None or source.document.public_id != seen:
        raise StaleRevision
    if source.document.sha256 != stored.sha256:
        add_document(source, stored)
        record_audit(actor, "source.replaced", source)
    return source
