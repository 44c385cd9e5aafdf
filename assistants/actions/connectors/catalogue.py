"""The ready-made connectors: one folder each, found by looking; adding one touches nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistants.actions.connectors.shape import DOCS, FILE, BadConnector, Shape, Text, read_icon, read_shape
from kernel.errors import NotFound

APP, BRIDGE, SOURCE = "app", "bridge", "source"
_KINDS = (APP, BRIDGE, SOURCE)  # in the order in which they are listed
SHIPPED = Path(__file__).parent
CATEGORIES: dict[str, str | Promise] = {
    "messages": _("Messages"),
    "code": _("Code"),
    "documents": _("Documents and sheets"),
    "calendar": _("Calendar"),
    "sales": _("Sales"),
    "automation": _("Automation"),
}


@dataclass(frozen=True, slots=True)
class ConnectorValue:
    """A place in a connector's addresses that an administrator fills; `pattern` is what all of it has to match."""

    name: str
    label: str
    help: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Connector:
    """A ready-made connector, in the words of the language that is on.

    Attributes:
        kind: `app`, whose calls are signed with people's own accounts, `bridge`, which sends to one webhook, or `source`, which
            is no action: knowledge is read from there, by the origin of the same name. Apps may be read from, too.
        category: a key of CATEGORIES, or a word of the connector's own. reads, writes: what it can do, a few words each.
        needs_client: whether an administrator has to register an OAuth client first.
        values: what they fill in beside the client. host: where calls go, with its `{places}`; empty for bridges
            and sources.
        docs: the page for administrators, as Markdown. icon: path data on 24 by 24 units, in one colour.
        folder: where its files lie. shape: all that its `connector.yaml` says.
    """

    name: str
    title: str
    summary: str
    description: str
    kind: str
    category: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    needs_client: bool
    values: tuple[ConnectorValue, ...]
    scopes: tuple[str, ...]
    host: str
    privacy_policy_url: str
    docs: str
    icon: str
    folder: Path = field(repr=False)
    shape: Shape = field(repr=False)

    @property
    def category_words(self) -> str:
        """The category as people read it."""
        return str(CATEGORIES.get(self.category, self.category.capitalize()))

    def docs_with(self, redirect_uri: str) -> str:
        """The page for administrators, with the address that the service has to lead back to."""
        return self.docs.replace("{redirect_uri}", redirect_uri)

    @property
    def address_label(self) -> str:
        """What the address of a bridge's webhook is called there; empty for apps."""
        return _said(self.shape.address.label) if self.shape.address else ""

    @property
    def address_help(self) -> str:
        """Where people find that address."""
        return _said(self.shape.address.help) if self.shape.address else ""


def connectors() -> tuple[Connector, ...]:
    """All of them, apps first and sources last, by title; the operator's own (`CONNECTOR_FOLDERS`) take the place of those of the same name."""
    return tuple(_all(tuple(settings.CONNECTOR_FOLDERS), get_language() or "en").values())


def connector(name: str) -> Connector:
    """One connector.

    Raises:
        NotFound: there is none of this name.
    """
    found = known_connector(name)
    if found is None:
        raise NotFound
    return found


def known_connector(name: str) -> Connector | None:
    """One connector; None where there is none of this name, or it is gone."""
    return _all(tuple(settings.CONNECTOR_FOLDERS), get_language() or "en").get(name)


def mark_of(name: str) -> str:
    """The path data of a connector's icon; empty where there is none."""
    found = known_connector(name)
    return found.icon if found else ""


def shown_connector(name: str) -> dict[str, str] | None:
    """A connector's `name`, `title` and `icon`, for a card; None where there is none."""
    found = known_connector(name)
    return {"name": found.name, "title": found.title, "icon": found.icon} if found else None


@lru_cache(maxsize=16)
def _all(more: tuple[str, ...], language: str) -> Mapping[str, Connector]:
    shapes = _shapes(more).items()
    made = [_connector(folder, shape, docs, icon) for folder, (shape, docs, icon) in shapes]
    made.sort(key=lambda one: (_KINDS.index(one.kind), one.title.lower()))
    return {one.name: one for one in made}


@lru_cache(maxsize=4)
def _shapes(more: tuple[str, ...]) -> Mapping[Path, tuple[Shape, str, str]]:
    found: dict[str, Path] = {}
    for holder in (SHIPPED, *map(Path, more)):
        if not holder.is_dir():
            raise BadConnector(f"CONNECTOR_FOLDERS names {holder}, which is no folder")
        found |= {file.parent.name: file.parent for file in holder.glob(f"*/{FILE}")}
    return {
        folder: (read_shape(folder), (folder / DOCS).read_text(), read_icon(folder))
        for folder in found.values()
    }


def _connector(folder: Path, shape: Shape, docs: str, icon: str) -> Connector:
    return Connector(
        name=shape.name,
        title=shape.title,
        summary=_said(shape.summary),
        description=_said(shape.description),
        kind=shape.kind,
        category=shape.category,
        reads=tuple(map(_said, shape.reads)),
        writes=tuple(map(_said, shape.writes)),
        needs_client=shape.oauth is not None,
        values=tuple(
            ConnectorValue(one.name, _said(one.label), _said(one.help), one.pattern) for one in shape.values
        ),
        scopes=tuple(shape.oauth.scopes) if shape.oauth else (),
        host=shape.server.partition("://")[2].partition("/")[0],
        privacy_policy_url=shape.privacy_policy_url,
        docs=docs,
        icon=icon,
        folder=folder,
        shape=shape,
    )


def _said(text: Text) -> str:
    """A text in the language that is on, else in English."""
    if isinstance(text, str):
        return text
    language = (get_language() or "en").lower()
    return text.get(language) or text.get(language.split("-")[0]) or text.get("en", "")
