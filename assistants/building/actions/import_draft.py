"""Write a draft from an exported file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assistants.building.actions.save_draft import lock_draft, save_draft
from assistants.building.importers import bottega, read_definitions
from assistants.building.importers.actions import bring_actions
from assistants.building.importers.base import Definition
from assistants.building.importers.knowledge import store_knowledge
from assistants.building.models import Assistant
from assistants.building.portability.archives import Bundle
from assistants.building.portability.contents import contents_of_draft
from assistants.building.queries import access_assistant, publication_of
from assistants.knowledge.actions.put_sources import Brought, put_sources
from assistants.knowledge.policy import host_of
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Pushed:
    """What changed in a draft: paths of fields, and names of sources; `kept` counts sources that did not.

    Attributes:
        unpublished: whether the live version says something else than the draft now, or there is none.
    """

    revision: int
    changed: list[str]
    added: list[str]
    replaced: list[str]
    removed: list[str]
    kept: int
    unpublished: bool

    @property
    def anything(self) -> bool:
        """Whether anything changed."""
        return bool(self.changed or self.added or self.replaced or self.removed)


def import_draft(*, actor: Actor, assistant_id: str, bundle: Bundle, revision: int | None = None) -> Pushed:
    """Put the definition of an exported file in the draft's place, and make its knowledge exactly the draft's.

    Nothing is left out: what cannot be taken as it is refuses the whole.

    Args:
        revision: the draft's revision that the writer saw; None writes over whatever is there.

    Raises:
        PermissionDenied: the actor may not build.
        NotFound, LevelMissing: there is no such assistant for them, or they may not change it.
        StaleRevision: somebody saved since `revision`.
        FileRefused: it names the file and the line that is wrong.
    """
    require(actor, Permission.BUILD_ASSISTANTS)
    with tenant_scope(actor.organisation):
        access_assistant(actor, assistant_id)
    (definition,) = read_definitions(bundle, bottega.name)
    # Stored before the transaction begins: storage may be a network away.
    brought = store_knowledge(actor, definition, bundle, strict=True)
    if definition.actions:
        uses = bring_actions(actor=actor, assistant_id=assistant_id, brought=definition.actions)
        definition.patch["actions"] = uses
    return _record(
        actor=actor, assistant_id=assistant_id, definition=definition, brought=brought, revision=revision
    )


@entry_action
def _record(
    *, actor: Actor, assistant_id: str, definition: Definition, brought: list[Brought], revision: int | None
) -> Pushed:
    assistant = access_assistant(actor, assistant_id, lock=True)
    draft = lock_draft(assistant, revision)
    before = draft.specification
    try:
        draft = save_draft(actor=actor, assistant=assistant, draft=draft, document=definition.patch)
    except InvalidInput as refusal:
        raise definition.refusal(refusal) from None
    try:
        sources = put_sources(actor=actor, source_set=assistant.source_set, brought=brought)
    except InvalidInput as refusal:
        page = _page_at(definition, str(refusal.context.get("host", "")))
        raise definition.located.refuse(page, refusal.code, refusal.message) from None
    made = Pushed(
        revision=draft.revision,
        changed=list(differing(before, draft.specification)),
        added=sources.added,
        replaced=sources.replaced,
        removed=sources.removed,
        kept=sources.kept,
        unpublished=_differs_from_live(assistant),
    )
    if made.anything:
        record_audit(actor, "assistant.pushed", assistant, fields=made.changed)
    return made


def _differs_from_live(assistant: Assistant) -> bool:
    publication = publication_of(assistant)
    return publication is None or publication.live_version.content_hash != contents_of_draft(assistant).hash


def _page_at(definition: Definition, host: str) -> tuple[str | int, ...]:
    entries = definition.located.value.get("knowledge") or []
    found = [number for number, entry in enumerate(entries) if host_of(str(entry.get("url", ""))) == host]
    return ("knowledge", *found[:1])


def differing(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths of fields in which two documents differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            yield from differing(before.get(name), after.get(name), f"{path}.{name}" if path else name)
    elif before != after:
        yield path
