"""Notion on loopback: pages and tables that a test writes, renames and throws away."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.remote import Remote, Said, serve


def words(text: str) -> list[dict[str, Any]]:
    """Rich text."""
    return [{"type": "text", "plain_text": text, "href": None}]


def paragraph(text: str) -> dict[str, Any]:
    """A block with words."""
    return block("paragraph", rich_text=words(text))


def block(kind: str, children: list[dict[str, Any]] | None = None, **held: Any) -> dict[str, Any]:
    """A block of a kind, with what lies in it."""
    return {
        "object": "block",
        "type": kind,
        kind: held,
        "has_children": bool(children),
        "children": children or [],
    }


class NotionFake(Remote):
    """`objects` by id without dashes; `blocks` of each page."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[str, Any]] = {}
        self.blocks: dict[str, list[dict[str, Any]]] = {}
        self.size = 100
        self._ids = itertools.count(1)

    def page(self, title: str, *blocks: dict[str, Any], parent: str = "", **properties: Any) -> str:
        """Make a page; gives its id."""
        key = f"{next(self._ids):032x}"
        kind = "database_id" if parent and self.objects[parent]["object"] == "database" else "page_id"
        self.objects[key] = {
            "object": "page",
            "id": _dashed(key),
            "parent": {"type": kind, kind: _dashed(parent)}
            if parent
            else {"type": "workspace", "workspace": True},
            "properties": {"Name": {"type": "title", "title": words(title)}, **properties},
            "last_edited_time": "2026-01-01T00:00:00.000Z",
            "url": f"https://www.notion.so/{key}",
        }
        self.write(key, *blocks)
        return key

    def table(self, title: str, parent: str) -> str:
        """Make a table inside a page; gives its id."""
        key = self.page(title, parent=parent)
        self.objects[key] |= {"object": "database", "title": words(title)}
        return key

    def write(self, key: str, *blocks: dict[str, Any]) -> None:
        """Give a page other contents."""
        self.blocks[key] = list(blocks)
        self._edit(key)

    def rename(self, key: str, title: str) -> None:
        """Call a page something else, which is an edit to Notion."""
        self.objects[key]["properties"]["Name"]["title"] = words(title)
        self._edit(key)

    def delete(self, key: str) -> None:
        """Throw a page away."""
        self.objects[key]["archived"] = True

    def fetched(self) -> list[str]:
        return [asked for asked in self.asked if asked.startswith("GET /pages/")]

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        if path == "/search":
            return self._searched(body)
        found = re.fullmatch(r"/(pages|blocks)/([^/]+)(/children)?", path)
        key = found[2].replace("-", "") if found else ""
        if found and found[1] == "pages" and key in self.objects:
            return self.objects[key]
        if found and found[3]:
            return self._page(self._inside(key), query.get("start_cursor", ""))
        raise Said(404)

    def _searched(self, body: dict[str, Any]) -> dict[str, Any]:
        wanted = str(body.get("query", "")).lower()
        found = [
            one
            for one in self.objects.values()
            if not one.get("archived") and (not wanted or wanted in str(one["properties"]["Name"]).lower())
        ]
        return self._page(found, str(body.get("start_cursor", "")))

    def _page(self, found: list[dict[str, Any]], cursor: str) -> dict[str, Any]:
        start = int(cursor or 0)
        more = start + self.size < len(found)
        return {
            "results": found[start : start + self.size],
            "has_more": more,
            "next_cursor": str(start + self.size) if more else None,
        }

    def _inside(self, key: str) -> list[dict[str, Any]]:
        if key in self.blocks:
            return [one | {"id": f"{key}.{number}"} for number, one in enumerate(self.blocks[key])]
        outer, _dot, number = key.rpartition(".")
        found = self._inside(outer)[int(number)]["children"] if number else []
        return [one | {"id": f"{key}.{place}"} for place, one in enumerate(found)]

    def _edit(self, key: str) -> None:
        self.objects[key]["last_edited_time"] = f"2026-01-01T00:00:00.{next(self._ids):03}Z"


def _dashed(key: str) -> str:
    return f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}" if key else ""


@contextmanager
def notion_server() -> Iterator[NotionFake]:
    """Serve it without pages."""
    fake = NotionFake()
    with serve(fake):
        yield fake
