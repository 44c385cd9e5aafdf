"""What rooms say about knowledge: its kinds, its owners, who builds on it and who may read it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from kernel.registries.base import Registry, Slot


@dataclass(frozen=True)
class KnowledgeLimits:
    """How much knowledge an organisation may keep at once; None for any amount.

    Attributes:
        files: sources that hold content.
        bytes: of their present content.
        passages: that these were cut into.
    """

    files: int | None = None
    bytes: int | None = None
    passages: int | None = None


@dataclass(frozen=True)
class KnowledgeHolder:
    """A room that builds on sets of sources.

    `needed(organisation_id, documents)`, inside the organisation's scope: which of these documents, by primary key, it still
    answers from. `product(organisation_id, source_set_id)`: opaque id and name of what the set belongs to, or None. `resting()`:
    the primary keys of the sets of all organisations that are put away for now, as a queryset to be a part of a larger one.
    """

    name: str
    needed: Callable[[int, Sequence[int]], Iterable[int]]
    product: Callable[[int, int], tuple[str, str] | None]
    resting: Callable[[], Any] | None = None


@dataclass(frozen=True)
class SourceType:
    """A kind of thing that knowledge comes from: see assistants.knowledge.source_types.

    `input` is the serializer of what a person gives over REST; `add(actor, source_set, given)` makes a source of that, or
    recognises one. `check(present, given)` gives the settings whole, with what is to be changed in them, or raises
    InvalidInput; None where there are none. `look(look)` looks at the origin, as a worker, and ends the look; None where
    there is no origin.
    """

    name: str
    label: str | Promise
    icon: str
    input: Any
    add: Callable[[Any, Any, dict[str, Any]], Any]
    check: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]] | None = None
    look: Callable[[Any], None] | None = None


@dataclass(frozen=True)
class SourceOwner:
    """Whose a set of sources is: public id and name of an assistant."""

    id: str
    name: str


@dataclass(frozen=True)
class CitationReading:
    """Who reads what an answer cites.

    Attributes:
        organisation_id: whose documents are cited.
        publication_id: public id of the publication that answered; empty where somebody who builds tried an assistant.
        user_id: the reader, where it is a person acting in that organisation: groups of theirs count.
        actor: the reader as an actor, where there is one: then it is asked too whether they may use the publication still.
    """

    organisation_id: int
    publication_id: str
    user_id: int | None = None
    actor: Any = None


# How much knowledge an organisation may keep, from each room that limits it, inside its scope.
knowledge_limits: Registry[Callable[[Any], KnowledgeLimits]] = Registry()
knowledge_holders: Registry[KnowledgeHolder] = Registry()
# What readers may see of the documents that answers cite: `rights(reading, documents)` gives how each may be shown, by public
# id; those that may not be opened are left out. Called inside no scope but the reader's own.
citation_rights: Slot[Callable[[CitationReading, Sequence[str]], dict[str, str]]] = Slot(
    "rights of citations"
)
# The documents that an organisation's publication answers from: `documents(organisation, publication, actor)` gives their
# primary keys, or None where it is withdrawn, or the actor, where there is one, may not use it.
published_documents: Slot[Callable[[int, str, Any], Sequence[int] | None]] = Slot("published documents")
source_types: Registry[SourceType] = Registry()
# Whose sets of sources are, of those that the actor may look into, by the sets' primary keys: `owners(actor, sets)`;
# `sets` None for all.
source_owners: Slot[Callable[[Any, Sequence[int] | None], dict[int, SourceOwner]]] = Slot("owners of sources")
