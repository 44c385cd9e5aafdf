"""Notion: pages and what lies below them, through its API (developers.notion.com/reference)."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.origins.notion_text import markdown_of, plain, title_of
from assistants.actions.origins.picks import texts_of
from assistants.actions.origins.port import Item, Level, RemoteFile
from assistants.actions.origins.service import OriginError, RemoteMissing, Service
from assistants.knowledge.parsing.blocks import ParsingFailed
from kernel.egress import EgressTooLarge

_VERSION = {"notion-version": "2022-06-28"}
MOST_PAGES = 100  # of a hundred that are asked for: what lies beyond them is not seen
MOST_PICKED = 50
MOST_BLOCKS = 20_000
MOST_DEEP = 12
_KNOWN = ("pages", "name")


class Notion:
    """Pages of Notion that were shared with who connected, with the pages and tables below them."""

    name: ClassVar[str] = "notion"
    title: ClassVar[str] = "Notion"
    icon: ClassVar[str] = "book-open"
    summary: ClassVar[str | Promise] = gettext_lazy("Pages with everything below them, and tables, as text.")
    api: ClassVar[str] = "https://api.notion.com/v1"
    takes_token: ClassVar[bool] = True
    token_help: ClassVar[str | Promise] = gettext_lazy(
        "On Notion: Settings, Connections, Develop or manage integrations. Make an internal integration that may read"
        " content and nothing else, and add it to the pages that it is to read."
    )
    same_mark: ClassVar[bool] = False

    def browse(self, service: Service, at: str, search: str, cursor: str) -> Level:
        """The topmost pages that the account sees, then those below each; a search goes through all of them."""
        if search:
            found = self._search(service, search, cursor)
            return Level([_item(one) for one in found["results"]], str(found.get("next_cursor") or ""))
        objects = self._everything(service)
        shown = [one for one in objects.values() if self._parent(service, one, objects) == at]
        shown.sort(key=lambda one: title_of(one).lower())
        items = [_item(one) for one in shown]
        if not at and items:
            items.insert(0, Item(_("Everything that is shared"), "folder", pick={"pages": [], "name": ""}))
        return Level(items)

    def checked(self, pick: Mapping[str, Any]) -> dict[str, Any]:
        """Ids of pages or tables; none of them means everything that is shared."""
        pages = texts_of(pick, "pages", known=_KNOWN, most=MOST_PICKED)
        return {"pages": [page.replace("-", "") for page in pages], "name": str(pick.get("name", ""))[:200]}

    def title_of(self, pick: Mapping[str, Any]) -> str:
        return str(pick.get("name") or "") or (
            _("Pages") if pick["pages"] else _("Everything that is shared")
        )

    def files(self, service: Service, pick: Mapping[str, Any]) -> Iterator[RemoteFile]:
        """The picked pages and what lies below them, by what a search lists: one question a hundred pages."""
        objects = self._everything(service)
        wanted = set(pick["pages"])
        if wanted and not wanted & set(objects):
            raise RemoteMissing(service=self.title)
        for key in sorted(objects):
            one = objects[key]
            if one.get("object") != "page":
                continue
            above = self._above(service, key, objects)
            if wanted and key not in wanted and not wanted & set(above):
                continue
            names = [title_of(objects[parent]) for parent in reversed(above) if parent in objects]
            yield RemoteFile(
                id=key,
                path="/".join(name.replace("/", "_") for name in (*names, title_of(one))),
                mark=str(one.get("last_edited_time", "")),
                ending=".md",
                url=str(one.get("url", "")),
            )

    def fetch(self, service: Service, pick: Mapping[str, Any], file: RemoteFile, most: int) -> bytes:
        """A page's blocks as Markdown, below its title and the values of its row."""
        page = service.get_json(f"/pages/{quote(file.id, safe='')}", headers=_VERSION)
        if page.get("archived") or page.get("in_trash"):
            raise RemoteMissing(service=self.title)
        text = markdown_of(page, self._blocks(service, file.id, depth=0, read=[0]))
        data = text.encode()
        if len(data) > most:
            raise ParsingFailed("too_much_text")
        return data

    def _blocks(
        self, service: Service, key: str, *, depth: int, read: list[int]
    ) -> Iterator[tuple[int, dict[str, Any]]]:
        """Each block with how deep it lies; pages below are documents of their own."""
        cursor = ""
        while True:
            params = {"page_size": "100"} | ({"start_cursor": cursor} if cursor else {})
            address = f"/blocks/{quote(key, safe='')}/children"
            page = service.get_json(address, params, headers=_VERSION)
            for block in page.get("results", []):
                read[0] += 1
                if read[0] > MOST_BLOCKS:
                    return
                yield depth, block
                inside = block.get("has_children") and block.get("type") not in (
                    "child_page",
                    "child_database",
                )
                if inside and depth < MOST_DEEP:
                    yield from self._blocks(service, block["id"], depth=depth + 1, read=read)
            cursor = str(page.get("next_cursor") or "")
            if not page.get("has_more") or not cursor:
                return

    def _everything(self, service: Service) -> dict[str, dict[str, Any]]:
        """All pages and tables that the account sees, by id."""
        found: dict[str, dict[str, Any]] = {}
        cursor = ""
        for _page in range(MOST_PAGES):
            page = self._search(service, "", cursor)
            for one in page["results"]:
                if not (one.get("archived") or one.get("in_trash")):
                    found[_key(one["id"])] = one
            cursor = str(page.get("next_cursor") or "")
            if not page.get("has_more") or not cursor:
                return found
        return found

    def _search(self, service: Service, words: str, cursor: str) -> dict[str, Any]:
        body: dict[str, Any] = {"page_size": 100} | ({"query": words} if words else {})
        page = service.post_json(
            "/search", body | ({"start_cursor": cursor} if cursor else {}), headers=_VERSION
        )
        page["results"] = [one for one in page.get("results", []) if isinstance(one, dict) and one.get("id")]
        return page

    def _above(self, service: Service, key: str, objects: dict[str, dict[str, Any]]) -> list[str]:
        """The pages and tables above one, the nearest first."""
        above: list[str] = []
        while key in objects and len(above) < 2 * MOST_DEEP:
            key = self._parent(service, objects[key], objects)
            if not key or key in above:
                break
            above.append(key)
        return above

    def _parent(self, service: Service, one: dict[str, Any], objects: dict[str, dict[str, Any]]) -> str:
        """What it lies in, as far as the account sees that; empty at the top."""
        parent = one.get("parent") or {}
        for _step in range(MOST_DEEP):
            kind = str(parent.get("type", ""))
            if kind != "block_id":
                key = _key(str(parent.get(kind, ""))) if kind.endswith("_id") else ""
                return key if key in objects else ""
            # A page inside a column or a list: the block that it lies in knows the page around it.
            try:
                block = service.get_json(
                    f"/blocks/{quote(str(parent['block_id']), safe='')}", headers=_VERSION
                )
            except (OriginError, EgressTooLarge):
                return ""
            parent = block.get("parent") or {}
            one["parent"] = parent
        return ""


def _item(one: Mapping[str, Any]) -> Item:
    key, table = _key(str(one["id"])), one.get("object") == "database"
    name = plain(title_of(one))
    return Item(name, "table" if table else "page", at=key, pick={"pages": [key], "name": name})


def _key(key: str) -> str:
    return key.replace("-", "")
