"""Make a source set hold exactly what was brought along, leaving alone what is there already."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone

from assistants.knowledge.actions.add_source import add_document, add_source
from assistants.knowledge.actions.add_url import record_page
from assistants.knowledge.files import StoredFile
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.queries import source_rows
from kernel.actions import assert_in_action
from organisations.actors import Actor
from organisations.audit import record_audit


@dataclass(frozen=True, slots=True)
class Brought:
    """A file or text that is in storage, or the address of a page as `check_address` gives it."""

    type: str
    stored: StoredFile | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """The names of the sources that changed; `kept` counts those that did not."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: int = 0


def put_sources(*, actor: Actor, source_set: SourceSet, brought: Sequence[Brought]) -> SourceChanges:
    """Add what is new, give changed sources their new content and remove the others, in the open transaction.

    A source is the same where its bytes are, else where its name is; a page where its address is.

    Raises:
        PolicyForbids, HostForbidden, InvalidInput: a page is not taken.
    """
    assert_in_action()
    SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    present = list(source_rows(source_set).order_by("pk"))
    added: list[str] = []
    replaced: list[str] = []
    for one, source in _paired(present, brought):
        if source is None:
            added.append(bring_source(actor, source_set, one).name)
        elif one.stored and not _same(source, one):
            _replace(actor, source, one, one.stored)
            replaced.append(one.stored.name)
    return SourceChanges(added, replaced, _remove(actor, present), len(brought) - len(added) - len(replaced))


def bring_source(actor: Actor, source_set: SourceSet, brought: Brought) -> Source:
    """Add one, in the open transaction."""
    if brought.stored is None:
        return record_page(actor=actor, source_set=source_set, url=brought.url).source
    return add_source(actor, source_set, type=brought.type, stored=brought.stored).source


def _paired(present: list[Source], brought: Sequence[Brought]) -> list[tuple[Brought, Source | None]]:
    """What was brought, each with the source that it is; those are taken out of `present`."""
    found: dict[int, Source] = {}
    for alike in (_same, _same_bytes, _same_name):
        for number, one in enumerate(brought):
            match = next((source for source in present if alike(source, one)), None)
            if number not in found and match is not None:
                present.remove(match)
                found[number] = match
    return [(one, found.get(number)) for number, one in enumerate(brought)]


def _same(source: Source, one: Brought) -> bool:
    if one.stored is None:
        return source.type == Source.Type.URL and source.url == one.url
    return _same_bytes(source, one) and source.name == one.stored.name and source.type == one.type


def _same_bytes(source: Source, one: Brought) -> bool:
    if one.stored is None or source.type == Source.Type.URL or source.document is None:
        return False
    return bool(source.document.sha256 == one.stored.sha256)


def _same_name(source: Source, one: Brought) -> bool:
    return one.stored is not None and source.type != Source.Type.URL and source.name == one.stored.name


def _replace(actor: Actor, source: Source, one: Brought, stored: StoredFile) -> None:
    source.type = one.type
    source.save(update_fields=["type"])
    add_document(source, stored)
    record_audit(actor, "source.replaced", source)


def _remove(actor: Actor, sources: list[Source]) -> list[str]:
    for source in sources:
        source.removed_at = timezone.now()
        source.save(update_fields=["removed_at"])
        record_audit(actor, "source.removed", source)
    return [source.name for source in sources]
