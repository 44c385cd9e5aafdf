"""Edit the questions and answers of a source."""

from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.actions.add_qa import store_pairs
from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.files import StoredFile
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.pairs import Edit, Pair, fitting, read_pairs
from assistants.knowledge.queries import access_source
from kernel.actions import entry_action
from kernel.errors import Conflict, StaleRevision
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


class NoPairs(Conflict):
    code = "no_pairs"
    user_message = _("%(name)s does not consist of questions and answers. Replace its content instead.")


def pairs_of(source: Source) -> list[Pair]:
    """The questions and answers of a source, from storage: outside a transaction.

    Raises:
        NoPairs: it does not consist of such.
    """
    if source.type != Source.Type.QA or source.document is None:
        raise NoPairs(name=source.name)
    with default_storage.open(source.document.storage_key) as file:
        return read_pairs(file.read())


def edit_pairs(
    *, actor: Actor, source_set: SourceSet, source_id: str, edit: Edit, document: str = ""
) -> Source:
    """Make one change to a source's questions and answers; they become its next revision.

    Only what is new in them is embedded. The revision before answers until the new one can be searched.

    Args:
        document: public id of the revision that was looked at; empty for whichever there is.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source, or the source no such pair.
        NoPairs: it does not consist of questions and answers.
        InvalidInput: a pair lacks a side, or there would be none or too many.
        StaleRevision: somebody changed them meanwhile.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with tenant_scope(actor.organisation):
        source = access_source(source_set, source_id)
    before = pairs_of(source)
    assert source.document is not None
    if document and source.document.public_id != document:
        raise StaleRevision
    pairs = fitting(edit.apply(before))
    if pairs == before:
        return source
    stored = store_pairs(actor, source.name, pairs)
    return _record(
        actor=actor, source_set=source_set, source_id=source_id, seen=source.document_id, stored=stored
    )


@entry_action
def _record(
    *, actor: Actor, source_set: SourceSet, source_id: str, seen: int | None, stored: StoredFile
) -> Source:
    source = access_source(source_set, source_id, lock=True)
    if source.document_id != seen:
        raise StaleRevision
    add_document(source, stored)
    record_audit(actor, "source.replaced", source)
    return source
