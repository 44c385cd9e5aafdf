"""Change what is set about one source, and its questions and answers, in one go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from assistants.knowledge.actions.add_qa import store_pairs
from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.actions.bulk_change import Change, apply_change
from assistants.knowledge.actions.edit_pairs import NoPairs
from assistants.knowledge.actions.request_look import request_look
from assistants.knowledge.files import StoredFile
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.pairs import checked_pairs
from assistants.knowledge.queries import access_source
from assistants.knowledge.source_kinds import kind_of
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Description:
    """What is to be set; None leaves it as it is.

    Attributes:
        settings: some of those that its kind has.
        pairs: `question` and `answer` of each, in the place of all.
    """

    change: Change
    settings: Mapping[str, Any] | None = None
    pairs: Sequence[Mapping[str, Any]] | None = None


def describe_source(
    *, actor: Actor, source_set: SourceSet, source_id: str, description: Description
) -> Source:
    """Set what is given about a source. Where its settings change, its origin is looked at again.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound: the set has no such source.
        InvalidInput: a value does not fit; then nothing is changed.
        NoPairs: there are pairs, and it does not consist of such.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    stored = None
    if description.pairs is not None:
        with tenant_scope(actor.organisation):
            source = access_source(source_set, source_id)
        if source.type != Source.Type.QA:
            raise NoPairs(name=source.name)
        name = description.change.name.strip() or source.name
        stored = store_pairs(actor, name, checked_pairs(description.pairs))
    return _record(
        actor=actor, source_set=source_set, source_id=source_id, description=description, stored=stored
    )


@entry_action
def _record(
    *,
    actor: Actor,
    source_set: SourceSet,
    source_id: str,
    description: Description,
    stored: StoredFile | None,
) -> Source:
    source = access_source(source_set, source_id, lock=True)
    _check_rhythm(source, description.change)
    apply_change(actor, source_set, [source.public_id], description.change)
    source = access_source(source_set, source_id, lock=True)
    if description.settings is not None:
        _set(actor, source, description.settings)
    if stored is not None and (source.document is None or source.document.sha256 != stored.sha256):
        add_document(source, stored)
        record_audit(actor, "source.replaced", source)
    return source


def _check_rhythm(source: Source, change: Change) -> None:
    if not change.sync_every:
        return
    if kind_of(source).look is None:
        words = _("This source came from nowhere that could be looked at again.")
        raise InvalidInput.on("sync_every", "no_origin", words)
    if source.parent_id:
        words = _("This page is looked at with the website that it belongs to. Set it there.")
        raise InvalidInput.on("sync_every", "has_parent", words)


def _set(actor: Actor, source: Source, given: Mapping[str, Any]) -> None:
    kind = kind_of(source)
    if kind.check is None:
        raise InvalidInput.on("settings", "unknown_field", _("Sources of this kind have no settings."))
    before, after = source.settings, kind.check(dict(source.settings), dict(given))
    if before == after:
        return
    source.settings = after
    source.save(update_fields=["settings"])
    record_audit(actor, "source.changed", source, fields=sorted(given))
    request_look(source)
