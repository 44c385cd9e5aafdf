"""What all pages about one assistant share: its head and tabs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.urls import reverse

from assistants.actions.queries import actions_of
from assistants.building.models import Assistant, Draft, Publication
from assistants.building.queries import (
    RESOURCE,
    access_assistant,
    draft_of,
    publication_of,
    specification_of,
    versions,
)
from assistants.building.specification import Specification
from assistants.knowledge.queries import manifest, source_count
from kernel import registries
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.grants import level_on
from organisations.permissions import Level, Permission, levels_from


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab that another room added."""

    key: str
    label: str
    url: str
    count: int | None


class Builder:
    """One assistant on its pages; everything is worked out when a template asks for it."""

    def __init__(self, actor: Actor, assistant: Assistant, tab: str) -> None:
        self.actor, self.assistant, self.tab = actor, assistant, tab

    @property
    def id(self) -> str:
        return str(self.assistant.public_id)

    @property
    def name(self) -> str:
        return self.specification.profile.name or self.assistant.label

    @cached_property
    def draft(self) -> Draft:
        return draft_of(self.assistant)

    @cached_property
    def specification(self) -> Specification:
        return specification_of(self.draft)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The draft as JSON values."""
        return self.specification.document()

    @cached_property
    def publication(self) -> Publication | None:
        return publication_of(self.assistant)

    @cached_property
    def version_count(self) -> int:
        return versions(self.assistant).count()

    @cached_property
    def source_count(self) -> int:
        return source_count(self.assistant.source_set)

    @cached_property
    def action_count(self) -> int:
        return actions_of(self.actor.organisation, self.id).count()

    @cached_property
    def more_tabs(self) -> list[Tab]:
        """What rooms above add beside the builder's own tabs."""
        return [
            Tab(
                entry.key,
                str(entry.label),
                reverse(entry.url_name, args=[self.id]),
                entry.count(self.assistant) if entry.count else None,
            )
            for entry in sorted(registries.builder_tabs, key=lambda entry: entry.order)
        ]

    @cached_property
    def unpublished_changes(self) -> bool:
        """Whether the draft differs from what people use."""
        if self.publication is None:
            return True
        live = self.publication.live_version
        if live.specification != self.document:
            return True
        return sorted(live.manifest) != sorted(manifest(self.assistant.source_set))

    @cached_property
    def level(self) -> Level:
        """What the actor may do with it."""
        return level_on(self.actor, RESOURCE, self.id) or Level.VIEW

    @property
    def may_edit(self) -> bool:
        """Whether the actor may change it."""
        return self.level in levels_from(Level.EDIT)

    @property
    def may_share(self) -> bool:
        """Whether the actor may give others a level, transfer or delete it."""
        return self.level == Level.OWN

    @property
    def may_publish(self) -> bool:
        """Whether the actor may open it to others."""
        return self.may_edit and self.actor.can(Permission.PUBLISH_ASSISTANTS)

    @property
    def picture(self) -> str:
        return self.specification.profile.picture or self.id


def open_builder(actor: Actor, assistant_id: str, tab: str, *, level: Level = Level.VIEW) -> Builder:
    """The builder of an assistant within the actor's reach; call inside the organisation's scope.

    Raises:
        NotFound: there is no such assistant for them.
        LevelMissing: they may see it, but have a lower level.
    """
    if not assistant_id.startswith("asst_"):
        raise NotFound
    return Builder(actor, access_assistant(actor, assistant_id, level=level), tab)
