"""Make a source set hold exactly what was brought along, leaving alone what is there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from assistants.knowledge.actions.add_site import record_site
from assistants.knowledge.actions.add_source import add_document, add_source
from assistants.knowledge.actions.add_url import record_page
from assistants.knowledge.actions.bulk_change import Change, apply_change
from assistants.knowledge.actions.remove_source import take_away
from assistants.knowledge.crawling.addresses import normalised
from assistants.knowledge.crawling.settings import checked_settings
from assistants.knowledge.files import StoredFile
from assistants.knowledge.models import SharedSource, Source, SourceSet
from assistants.knowledge.queries import source_rows
from assistants.knowledge.sharing import shared_with
from kernel.actions import assert_in_action
from organisations.actors import Actor
from organisations.audit import record_audit


@dataclass(frozen=True, slots=True)
class About:
    """What is set about a source: see the fields of the model.

    Attributes:
        restricted: a source that becomes so has no groups yet: until somebody chooses some, only those who build are
            answered from it.
    """

    tags: tuple[str, ...] = ()
    metadata: Mapping[str, str | float] = field(default_factory=dict)
    showing: str = Source.Showing.QUOTE.value
    sync_every: str = ""
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Brought:
    """Bytes that are in storage, or the address of a page or a website as `check_address` gives it.

    Attributes:
        settings: how far a website is followed.
        about: None leaves what is set about a source as it is.
    """

    type: str
    stored: StoredFile | None = None
    url: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    about: About | None = None


@dataclass(frozen=True, slots=True)
class SourceChanges:
    """The names of the sources that changed; `kept` counts those that did not."""

    added: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    kept: int = 0


def put_sources(*, actor: Actor, source_set: SourceSet, brought: Sequence[Brought]) -> SourceChanges:
    """Add what is new, give changed sources their new content and remove the others, in the open transaction.

    A source is the same where its bytes are, else where its name is; a page or a website where its address is. One that is
    shared with another assistant stays shared where its content is among what was brought.

    Raises:
        PolicyForbids, HostForbidden, InvalidInput: a page is not taken.
        FilesFull, BytesFull: the organisation may not keep so much.
    """
    assert_in_action()
    SourceSet.objects.for_organisation(actor.organisation).select_for_update().get(pk=source_set.pk)
    shared = list(shared_with(source_set).order_by("pk"))
    rest = _without_shared(shared, brought)
    present = list(source_rows(source_set).filter(parent=None).order_by("pk"))
    added: list[str] = []
    replaced: list[str] = []
    for one, source in _paired(present, rest):
        if source is None:
            added.append(bring_source(actor, source_set, one).name)
            continue
        if one.stored and not _same(source, one):
            _replace(actor, source, one, one.stored)
            replaced.append(one.stored.name)
        _describe(actor, source_set, source, one)
    removed = _remove(actor, present) + _unshare(actor, source_set, shared)
    return SourceChanges(added, replaced, removed, len(brought) - len(added) - len(replaced))


def bring_source(actor: Actor, source_set: SourceSet, brought: Brought) -> Source:
    """Add one, in the open transaction."""
    if brought.stored is not None:
        source = add_source(actor, source_set, type=brought.type, stored=brought.stored).source
    elif brought.type == Source.Type.SITE:
        added = record_site(actor=actor, source_set=source_set, url=brought.url, settings=brought.settings)
        source = added.source
    else:
        source = record_page(actor=actor, source_set=source_set, url=brought.url).source
    _describe(actor, source_set, source, brought)
    return source


def _describe(actor: Actor, source_set: SourceSet, source: Source, one: Brought) -> None:
    about = one.about
    if about is None:
        return
    change = Change(
        tags=about.tags,
        metadata=dict(about.metadata),
        showing=about.showing,
        sync_every=about.sync_every,
        groups=None if about.restricted else (),
    )
    apply_change(actor, source_set, [source.public_id], change)
    changed = Source.objects.for_organisation(actor.organisation).filter(pk=source.pk)
    if about.restricted:
        changed.update(restricted=True)
    if source.type == Source.Type.SITE and one.settings:
        own = {name: value for name, value in source.settings.items() if name.startswith("_")}
        changed.update(settings=own | checked_settings(one.settings))


def _without_shared(shared: list[Source], brought: Sequence[Brought]) -> list[Brought]:
    """What is not the content of a shared source; those that are found are taken out of `shared`."""
    rest: list[Brought] = []
    for one in brought:
        match = next((source for source in shared if _same(source, one) or _same_bytes(source, one)), None)
        if match is None:
            rest.append(one)
        else:
            shared.remove(match)
    return rest


def _unshare(actor: Actor, source_set: SourceSet, sources: list[Source]) -> list[str]:
    shares = SharedSource.objects.for_organisation(actor.organisation).filter(source_set=source_set)
    shares.filter(source__in=sources).delete()
    for source in sources:
        record_audit(actor, "source.unshared", source, set=source_set.public_id)
    return [source.name for source in sources]


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


_ADDRESSED = (Source.Type.URL, Source.Type.SITE)


def _same(source: Source, one: Brought) -> bool:
    if one.stored is None:
        # A website is known by its address as it is remembered.
        return source.type == one.type and source.url in (one.url, normalised(one.url))
    return _same_bytes(source, one) and source.name == one.stored.name and source.type == one.type


def _same_bytes(source: Source, one: Brought) -> bool:
    if one.stored is None or source.type in _ADDRESSED or source.document is None:
        return False
    return bool(source.document.sha256 == one.stored.sha256)


def _same_name(source: Source, one: Brought) -> bool:
    return one.stored is not None and source.type not in _ADDRESSED and source.name == one.stored.name


def _replace(actor: Actor, source: Source, one: Brought, stored: StoredFile) -> None:
    source.type = one.type
    source.save(update_fields=["type"])
    add_document(source, stored)
    record_audit(actor, "source.replaced", source)


def _remove(actor: Actor, sources: list[Source]) -> list[str]:
    for source in sources:
        take_away(actor, source)
    return [source.name for source in sources]
