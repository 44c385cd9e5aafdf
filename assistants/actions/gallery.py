"""All that an assistant can be given, as builders choose from it: connectors, bridges, built-in tools and ways of one's own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.connectors.catalogue import BRIDGE, SOURCE, Connector, connectors
from assistants.actions.connectors.clients import clients_of, filled
from assistants.actions.models import Action, ConnectorClient
from assistants.actions.queries import actions_of
from kernel.errors import DomainError
from kernel.registries import BuiltInTool, draft_actions, tools
from organisations.actors import Actor
from organisations.host_policy import check_hosts
from organisations.permissions import Permission

BUILT_IN, OWN = "built_in", "own"
KINDS: dict[str, str | Promise] = {
    "app": gettext_lazy("Apps"),
    "bridge": gettext_lazy("Bridges to automations"),
    "tool": gettext_lazy("Built-in tools"),
    "own": gettext_lazy("Services of your own"),
}


@dataclass(frozen=True, slots=True)
class Way:
    """A way to an action of one's own: its name in addresses, its icon and its words."""

    name: str
    icon: str
    title: str | Promise
    words: str | Promise


WAYS = (
    Way(
        "document",
        "file-up",
        gettext_lazy("Paste or upload a document"),
        gettext_lazy("An OpenAPI description in JSON or YAML, up to 10 MB"),
    ),
    Way(
        "url",
        "link",
        gettext_lazy("Fetch it from an address"),
        gettext_lazy("An OpenAPI document, or a plugin's ai-plugin.json"),
    ),
    Way(
        "mcp",
        "plug",
        gettext_lazy("Connect an MCP server"),
        gettext_lazy("Its tools, over streamable HTTP"),
    ),
    Way(
        "write",
        "square-pen",
        gettext_lazy("Write it by hand"),
        gettext_lazy("From a small template, with completion"),
    ),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One thing to choose.

    Attributes:
        kind: app, bridge, tool or own. name: within its kind. category: its key, and category_words for people.
        icon: a name of the icon set, or mark: path data of a connector's own.
        reads, writes: a few words each. needs: what an administrator has to do, or has done, before it works; missing: whether
            that is still to do. blocked: why it cannot be added at all; empty where it can.
        added: the actions that were made of it already. on: whether a built-in tool is on.
    """

    kind: str
    name: str
    title: str
    summary: str
    category: str
    category_words: str
    icon: str = ""
    mark: str = ""
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    needs: str = ""
    missing: bool = False
    blocked: str = ""
    added: tuple[Action, ...] = ()
    on: bool = False

    @property
    def key(self) -> str:
        """Its name among all of them."""
        return f"{self.kind}-{self.name}"

    @property
    def words(self) -> str:
        """All that a search looks at."""
        said = (self.title, self.name, self.summary, self.category_words, *self.reads, *self.writes)
        return " ".join(said).casefold()


@dataclass(frozen=True, slots=True)
class Gallery:
    """The cards that a search and a category leave.

    Attributes:
        categories: key, words and number of all that the search leaves. search, category: as they were asked for.
        may_register: whether who looks may do what an administrator has to.
    """

    cards: tuple[Card, ...]
    categories: tuple[tuple[str, str, int], ...]
    search: str
    category: str
    may_register: bool

    @property
    def groups(self) -> list[tuple[str, str, list[Card]]]:
        """Key and words of each kind that is shown, with its cards."""
        return [
            (kind, str(words), shown)
            for kind, words in KINDS.items()
            if (shown := [card for card in self.cards if card.kind == kind])
        ]


def gallery_of(actor: Actor, assistant_id: str, *, search: str = "", category: str = "") -> Gallery:
    """What an assistant can be given, as it stands for it; inside the organisation's scope.

    Args:
        search: words that a card has to have, all of them. category: the key of the only one to show; empty for all.
    """
    words = search.casefold().split()[:10]
    found = [card for card in _cards(actor, assistant_id) if all(word in card.words for word in words)]
    categories = {card.category: card.category_words for card in found}
    counted = [(key, said, sum(card.category == key for card in found)) for key, said in categories.items()]
    category = category if category in categories else ""
    return Gallery(
        cards=tuple(card for card in found if not category or card.category == category),
        categories=tuple(counted),
        search=search,
        category=category,
        may_register=Permission.MANAGE_ORGANISATION in actor.permissions,
    )


def tool_cards(actor: Actor, assistant_id: str) -> list[Card]:
    """The cards of the built-in tools, inside the organisation's scope."""
    allowed = draft_actions.get().capabilities(actor, assistant_id)
    return [_of_tool(actor, tool, allowed.get(tool.name, False)) for tool in tools]


def _cards(actor: Actor, assistant_id: str) -> Iterator[Card]:
    clients, actions = clients_of(actor.organisation), list(actions_of(actor.organisation, assistant_id))
    for found in connectors():
        if found.kind != SOURCE:
            yield _of_connector(actor, found, clients.get(found.name), actions)
    yield from tool_cards(actor, assistant_id)
    yield from map(_of_way, WAYS)


def _of_connector(
    actor: Actor, found: Connector, client: ConnectorClient | None, actions: Iterable[Action]
) -> Card:
    card = Card(
        kind=found.kind,
        name=found.name,
        title=found.title,
        summary=found.summary,
        category=found.category,
        category_words=found.category_words,
        mark=found.icon,
        reads=found.reads,
        writes=found.writes,
        added=tuple(action for action in actions if action.connector == found.name),
    )
    if found.kind == BRIDGE:
        return replace(card, needs=_("Nothing. You paste the webhook's address yourself."))
    blocked = _refusal(filled(found.host, client.values if client else {}), actor)
    if not found.needs_client:
        return replace(card, needs=_("Nothing"), blocked=blocked)
    if client is None:
        words = _("Your organisation registers with %(service)s once. Nobody has done that yet.")
        return replace(card, needs=words % {"service": found.title}, missing=True, blocked=blocked)
    words = _("Done: your organisation is registered with %(service)s.")
    return replace(card, needs=words % {"service": found.title}, blocked=blocked)


def _refusal(host: str, actor: Actor) -> str:
    try:
        check_hosts(host, actor.organisation.pk)
    except DomainError as error:
        return str(error.message)
    return ""


def _of_tool(actor: Actor, tool: BuiltInTool, on: bool) -> Card:
    lacks = tool.lacks(actor.organisation) if tool.lacks else ""
    return Card(
        kind="tool",
        name=tool.name,
        title=str(tool.label),
        summary=str(tool.description),
        category=BUILT_IN,
        category_words=_("Built in"),
        icon=tool.icon,
        reads=_said(tool.reads),
        writes=_said(tool.writes),
        needs=lacks or _("Nothing"),
        missing=bool(lacks),
        on=on,
    )


def _said(words: str | Promise) -> tuple[str, ...]:
    return (str(words),) if words else ()


def _of_way(way: Way) -> Card:
    return Card(
        kind="own",
        name=way.name,
        title=str(way.title),
        summary=str(way.words),
        category=OWN,
        category_words=_("Your own"),
        icon=way.icon,
        reads=(_("What the service offers to read"),),
        writes=(_("What you switch on"),),
        needs=_("Nothing"),
    )
