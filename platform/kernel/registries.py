"""What must be known upwards. Rooms register here in `AppConfig.ready()`, and nowhere else."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from django.utils.functional import Promise

T = TypeVar("T")


class Registry(Generic[T]):
    """An ordered list that rooms add to at start-up."""

    def __init__(self) -> None:
        self._items: list[T] = []

    def register(self, item: T) -> T:
        """Add one entry; the same entry twice counts once."""
        if item not in self._items:
            self._items.append(item)
        return item

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class Slot(Generic[T]):
    """Exactly one provider of something."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._value: T | None = None

    def fill(self, value: T) -> None:
        """Say who provides it."""
        self._value = value

    def get(self) -> T:
        """The provider; raises LookupError when no room has filled the slot."""
        if self._value is None:
            raise LookupError(f"nobody provides {self.name}")
        return self._value


@dataclass(frozen=True)
class NavigationEntry:
    """A door in the rail. `permission` is a permission's name, or None for everybody; `staff` the roles of the platform's
    staff who alone see it, where there are any.

    `count(actor)` says how much waits behind it, where that is worth a number.
    """

    key: str
    label: str | Promise
    icon: str
    url_name: str
    order: int
    permission: str | None = None
    strangers: bool = False
    count: Callable[[Any], int] | None = None
    staff: frozenset[str] = frozenset()


@dataclass(frozen=True)
class BuilderTab:
    """A page of another room among the tabs of an assistant's pages. `url_name` takes the assistant's id.

    `count(assistant)` says how much is behind it, inside the organisation's scope, where that is worth a number.
    """

    key: str
    label: str | Promise
    url_name: str
    order: int
    count: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class ShellFragment:
    """A part of the rail that another room renders: loaded by htmx from `url_name`.

    `place` is one of: organisation, bell, pinned, recent, allowance.
    """

    place: str
    url_name: str
    order: int = 0


@dataclass(frozen=True)
class EventConsumer:
    """Handles domain events of some kinds; returns whether it succeeded. Must be idempotent.

    `handle(organisation_id, kind, payload, event_id)`: the last one is the same each time an event is handed over.
    """

    name: str
    kinds: Container[str]
    handle: Callable[[int, str, dict[str, Any], int], bool]


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
class ReadinessCheck:
    """A part that must answer before the process takes traffic. `check` returns "ok" or a sentence.

    What is not essential is told of, and keeps nobody from taking traffic.
    """

    name: str
    check: Callable[[], str]
    essential: bool = True


@dataclass(frozen=True)
class PersonalDataHolder:
    """A room that holds data about people: exported and erased on request."""

    name: str
    export: Callable[[int], Any]
    erase: Callable[[int], None]


@dataclass(frozen=True)
class PolicyImpact:
    """Says what a change of an organisation's policy would break: `find(organisation, old, new)`, inside its scope.

    Sentences for people, each naming what is hit. `section` is the part of the policy that it looks at.
    """

    name: str
    section: str
    find: Callable[[Any, Any, Any], Sequence[str]]


@dataclass(frozen=True)
class PolicyChoices:
    """The values that a list in an organisation's policy may hold: `list(organisation)` gives `(value, label, note)` of
    each, inside its scope.

    `field` is the list's path in the policy, for example `files.types`.
    """

    field: str
    list: Callable[[Any], Sequence[tuple[str, str, str]]]


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
class ApprovalKind:
    """Something that may wait for a second person's word.

    `apply(actor, approval)` does it, inside the transaction of the decision; `url(approval)` is the page of its subject;
    `permission` is the name of what a decider needs besides DECIDE_APPROVALS, or None; `facts(approval)` gives what
    changes as pairs of a label and a text, for the page that asks; `ended(approval)` cleans up after one that was not
    approved, inside that transaction.
    """

    kind: str
    label: str | Promise
    apply: Callable[[Any, Any], None]
    url: Callable[[Any], str]
    permission: str | None = None
    facts: Callable[[Any], Sequence[tuple[str, str]]] = lambda _approval: ()
    ended: Callable[[Any], None] = lambda _approval: None


@dataclass(frozen=True)
class NotificationKind:
    """Turns domain events of a kind into people's notifications.

    `notices(organisation_id, payload)` gives `(user id, title, body, address)` for each person; titles and bodies are
    `(msgid, params)` pairs, translated when they are read.
    """

    kind: str
    label: str | Promise
    event: str
    notices: Callable[[int, dict[str, Any]], Iterable[Any]]
    email: str = "at_once"


@dataclass(frozen=True)
class BuiltInTool:
    """A tool that an assistant's capabilities may switch on: see assistants.turns.tools.

    `make(plan, sources)` gives the tool for one turn, or None where it is of no use there; `name` is the capability's.
    """

    name: str
    label: str | Promise
    description: str | Promise
    make: Callable[[Any, Any], Any]


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


@dataclass(frozen=True)
class VersionOpinions:
    """How many conversations began with a version of an assistant, and the thumbs under its answers."""

    conversations: int = 0
    up: int = 0
    down: int = 0


class DraftActions(Protocol):
    """The part of an assistant's draft that says which operations of its actions are on. Each call is an action of its own."""

    def uses(self, actor: Any, assistant_id: str) -> dict[str, list[str]]:
        """The keys of the operations that are on, by the actions' public ids."""
        ...

    def model(self, actor: Any, assistant_id: str) -> str:
        """The id of the model that it names; empty for the installation's default."""
        ...

    def switch(self, actor: Any, assistant_id: str, action_id: str, operations: Sequence[str]) -> None:
        """Have exactly these operations of an action on."""
        ...

    def forget(self, actor: Any, assistant_id: str, action_id: str) -> None:
        """Take an action out of the draft."""
        ...

    def add_starter(self, actor: Any, assistant_id: str, text: str) -> None:
        """Let conversations begin with a text that an action offers."""
        ...


navigation: Registry[NavigationEntry] = Registry()
policy_impacts: Registry[PolicyImpact] = Registry()
policy_choices: Registry[PolicyChoices] = Registry()
approval_kinds: Registry[ApprovalKind] = Registry()
model_uses: Registry[ModelUses] = Registry()
notification_kinds: Registry[NotificationKind] = Registry()
# Tabs of the organisation's pages: rooms that show something of the organisation add theirs.
organisation_tabs: Registry[NavigationEntry] = Registry()
# Tabs of an assistant's pages that rooms above the builder add.
builder_tabs: Registry[BuilderTab] = Registry()
# Keeps questions as tests of an assistant: `keep(actor, assistant_id, questions)` gives how many were new.
test_keeper: Slot[Callable[[Any, str, Sequence[str]], int]] = Slot("tests")
# How many people an organisation may have, from each room that limits it: `limit(organisation) -> int | None`, inside its
# scope.
member_limits: Registry[Callable[[Any], int | None]] = Registry()
# How much knowledge an organisation may keep, from each room that limits it, inside its scope.
knowledge_limits: Registry[Callable[[Any], KnowledgeLimits]] = Registry()
knowledge_holders: Registry[KnowledgeHolder] = Registry()
# Names of the organisation's assistants that an actor may use, by public id: `names(actor, ids)`; `ids` None for all.
assistant_names: Slot[Callable[[Any, Sequence[str] | None], dict[str, str]]] = Slot("assistants' names")
# What people made of versions since a moment, by the versions' public ids: `opinions(versions, since)`.
version_opinions: Slot[Callable[[Sequence[str], Any], dict[str, VersionOpinions]]] = Slot(
    "versions' opinions"
)
shell_fragments: Registry[ShellFragment] = Registry()
event_consumers: Registry[EventConsumer] = Registry()
publish_checks: Registry[PublishCheck] = Registry()
readiness_checks: Registry[ReadinessCheck] = Registry()
# Hold back what is about to be open to everybody until somebody has looked: `gate(actor, publication, version)` says whether
# it waits, inside the transaction that would open it.
public_gates: Registry[Callable[[Any, Any, Any], bool]] = Registry()
personal_data: Registry[PersonalDataHolder] = Registry()
# Streaming endpoints served beside Django: kernel.asgi.StreamRoute.
stream_routes: Registry[Any] = Registry()
# Coroutine functions run when a web process's event loop starts and stops.
on_startup: Registry[Callable[[], Any]] = Registry()
on_shutdown: Registry[Callable[[], Any]] = Registry()
# What readers may see of the documents that answers cite: `rights(reading, documents)` gives how each may be shown, by public
# id; those that may not be opened are left out. Called inside no scope but the reader's own.
citation_rights: Slot[Callable[[CitationReading, Sequence[str]], dict[str, str]]] = Slot(
    "rights of citations"
)
# The documents that an organisation's publication answers from: `documents(organisation, publication, actor)` gives their
# primary keys, or None where it is withdrawn, or the actor, where there is one, may not use it.
published_documents: Slot[Callable[[int, str, Any], Sequence[int] | None]] = Slot("published documents")
# The retrieval port of a turn: see assistants.turns.plan.
retriever: Slot[Any] = Slot("retrieval")
# Tools that come with the house, by the capability that switches them on.
tools: Registry[BuiltInTool] = Registry()
# The tools that a turn's actions make: `tools(context)` reads the database; see assistants.turns.tools.
action_tools: Slot[Callable[[Any], Sequence[Any]]] = Slot("tools of actions")
# Which operations of actions a draft has switched on, from the room that keeps drafts.
draft_actions: Slot[DraftActions] = Slot("actions of drafts")
# Looks at a call before it leaves the house; see assistants.turns.tools.Gate.
tool_gate: Slot[Any] = Slot("the gate of calls")
# The plan that a turn which waited goes on with, its access checked again: `plan(actor, turn)`.
turn_plans: Slot[Callable[[Any, Any], Any]] = Slot("plans of turns")
source_types: Registry[SourceType] = Registry()
# Whose sets of sources are, of those that the actor may look into, by the sets' primary keys: `owners(actor, sets)`;
# `sets` None for all.
source_owners: Slot[Callable[[Any, Sequence[int] | None], dict[int, SourceOwner]]] = Slot("owners of sources")
# Slugs of publications that an actor has pinned, from the room that keeps the pins: `list(actor) -> list[str]`.
pinned_references: Registry[Callable[[Any], list[str]]] = Registry()
# Whether an organisation that chooses from the public store chose a publication: `chosen(actor, publication)`.
outside_choices: Registry[Callable[[Any, str], bool]] = Registry()
# Whose publication a person holds a valid pass for, by slug or id, in the actor's scope: `holder(actor, reference)`.
publication_passes: Registry[Callable[[Any, str], int | None]] = Registry()
# Refuses people who may not decide on some request, by raising a DomainError: `guard(actor, approval)`.
approval_guards: Registry[Callable[[Any, Any], None]] = Registry()
# Periodic work: {name: {"task": …, "schedule": seconds}}.
periodic_tasks: dict[str, dict[str, Any]] = {}
