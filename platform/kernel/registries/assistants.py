"""What rooms say about assistants: their drafts, versions and publications, and what uses models."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.utils.functional import Promise

from kernel.registries.base import Registry, Slot


@dataclass(frozen=True)
class PublishProblem:
    """Why a draft may not be published yet, or a warning about it."""

    code: str
    message: str
    blocking: bool = True


@dataclass(frozen=True)
class PublishCheck:
    """Looks at a draft before it becomes a version; `check(actor, assistant, specification)`."""

    name: str
    check: Callable[[Any, Any, Any], Sequence[PublishProblem]]
    label: str | Promise = ""


@dataclass(frozen=True)
class ModelUse:
    """Something that answers with a model: `id` and `name` of an assistant, and `place`: draft, live or fallback."""

    model: str
    id: str
    name: str
    place: str


@dataclass(frozen=True)
class ModelUses:
    """Says what uses models: `find(organisation_id, ids)` inside its scope, and `organisations(ids)` across all of them.

    Ids are compared as they stand in definitions, so aliases of a model belong among them.
    """

    name: str
    find: Callable[[int, Sequence[str]], Sequence[ModelUse]]
    organisations: Callable[[Sequence[str]], Sequence[int]]


@dataclass(frozen=True)
class VersionOpinions:
    """How many conversations began with a version of an assistant, and the thumbs under its answers."""

    conversations: int = 0
    up: int = 0
    down: int = 0


class DraftActions(Protocol):
    """The part of an assistant's draft that says which operations of its actions, and which built-in tools, are on. Each call
    is an action of its own."""

    def uses(self, actor: Any, assistant_id: str) -> dict[str, list[str]]:
        """The keys of the operations that are on, by the actions' public ids."""
        ...

    def model(self, actor: Any, assistant_id: str) -> str:
        """The id of the model that it names; empty for the installation's default."""
        ...

    def switch(self, actor: Any, assistant_id: str, action_id: str, operations: Sequence[str]) -> None:
        """Have exactly these operations of an action on."""
        ...

    def capabilities(self, actor: Any, assistant_id: str) -> dict[str, bool]:
        """Which built-in tools are on, by their names."""
        ...

    def allow(self, actor: Any, assistant_id: str, capability: str, on: bool) -> None:
        """Switch a built-in tool on or off."""
        ...

    def forget(self, actor: Any, assistant_id: str, action_id: str) -> None:
        """Take an action out of the draft."""
        ...

    def add_starter(self, actor: Any, assistant_id: str, text: str) -> None:
        """Let conversations begin with a text that an action offers."""
        ...


model_uses: Registry[ModelUses] = Registry()
# Keeps questions as tests of an assistant: `keep(actor, assistant_id, questions)` gives how many were new.
test_keeper: Slot[Callable[[Any, str, Sequence[str]], int]] = Slot("tests")
# What people call the secret address that signs an action's calls, and where they find it: `words(profile)` gives a label and a
# sentence, None where nothing is known of it.
address_words: Slot[Callable[[Any], tuple[str, str] | None]] = Slot("words of secret addresses")
# Names of the organisation's assistants that an actor may use, by public id: `names(actor, ids)`; `ids` None for all.
assistant_names: Slot[Callable[[Any, Sequence[str] | None], dict[str, str]]] = Slot("assistants' names")
# What people made of versions since a moment, by the versions' public ids: `opinions(versions, since)`.
version_opinions: Slot[Callable[[Sequence[str], Any], dict[str, VersionOpinions]]] = Slot(
    "versions' opinions"
)
publish_checks: Registry[PublishCheck] = Registry()
# Hold back what is about to be open to everybody until somebody has looked: `gate(actor, publication, version)` says whether
# it waits, inside the transaction that would open it.
public_gates: Registry[Callable[[Any, Any, Any], bool]] = Registry()
# The same of a new version of what is open to everybody already, who keep the present one meanwhile.
version_gates: Registry[Callable[[Any, Any, Any], bool]] = Registry()
# Which operations of actions a draft has switched on, from the room that keeps drafts.
draft_actions: Slot[DraftActions] = Slot("actions of drafts")
# Whether an organisation that chooses from the public store chose a publication: `chosen(actor, publication)`.
outside_choices: Registry[Callable[[Any, str], bool]] = Registry()
# Whose publication a person holds a valid pass for, by slug or id, in the actor's scope: `holder(actor, reference)`.
publication_passes: Registry[Callable[[Any, str], int | None]] = Registry()
