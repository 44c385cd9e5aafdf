"""Google Drive on loopback: folders and files that a test changes, renames, moves and deletes as it goes."""

import hashlib
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.remote import Remote, Said, serve

FOLDER = "application/vnd.google-apps.folder"
DOCUMENT = "application/vnd.google-apps.document"


class DriveFake(Remote):
    """`entries` by id; the root folder is `root`. `page` limits how many files one answer lists."""

    def __init__(self) -> None:
        super().__init__()
        self.page = 1000
        self.drives: dict[str, str] = {}
        self.entries: dict[str, dict[str, Any]] = {"root": self._entry("root", "My Drive", FOLDER, "")}
        self._ids = (f"file{number}" for number in itertools.count(1))

    def folder(self, name: str, parent: str = "root") -> str:
        """Make a folder; gives its id."""
        key = next(self._ids)
        self.entries[key] = self._entry(key, name, FOLDER, parent)
        return key

    def file(self, name: str, content: bytes, parent: str = "root", **more: Any) -> str:
        """Make a file; gives its id. `kind` is its type, `size` what it says of itself, `shown` False hides it."""
        key = next(self._ids)
        self.entries[key] = self._entry(key, name, more.pop("kind", "text/plain"), parent) | more
        self.write(key, content)
        return key

    def write(self, key: str, content: bytes) -> None:
        """Give a file other content."""
        self.entries[key] |= {"content": content, "edited": self.entries[key]["edited"] + 1}

    def rename(self, key: str, name: str) -> None:
        """Call it something else."""
        self.entries[key]["name"] = name

    def delete(self, key: str) -> None:
        """Put it in the bin."""
        self.entries[key]["trashed"] = True

    def fetched(self) -> list[str]:
        return [asked for asked in self.asked if "alt=media" in asked or "/export" in asked]

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        if path == "/drives":
            return {"drives": [{"id": key, "name": name} for key, name in self.drives.items()]}
        if path == "/files":
            return self._listed(query)
        found = re.fullmatch(r"/files/([^/]+)(/export)?", path)
        entry = self.entries.get(found[1]) if found else None
        if entry is None or entry.get("shown") is False:
            raise Said(404)
        if found and (found[2] or query.get("alt") == "media"):
            return entry["content"]
        return self._shown(entry)

    def _listed(self, query: dict[str, str]) -> dict[str, Any]:
        wanted = query["q"]
        parents = set(re.findall(r"'([^']+)' in parents", wanted))
        words = re.search(r"name contains '([^']*)'", wanted)
        found = [
            self._shown(entry)
            for entry in self.entries.values()
            if not entry["trashed"]
            and entry.get("shown", True)
            and (not parents or entry["parent"] in parents)
            and (not words or words[1].lower() in entry["name"].lower())
            and (f"mimeType = '{FOLDER}'" not in wanted or entry["kind"] == FOLDER)
        ]
        start = int(query.get("pageToken", "0"))
        size = min(int(query["pageSize"]), self.page)
        more = {"nextPageToken": str(start + size)} if start + size < len(found) else {}
        return {"files": found[start : start + size], **more}

    def _shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        shown = {
            "id": entry["id"],
            "name": entry["name"],
            "mimeType": entry["kind"],
            "parents": [entry["parent"]],
        }
        shown |= {"trashed": entry["trashed"], "modifiedTime": f"2026-01-01T00:00:{entry['edited']:02}Z"}
        if not entry["kind"].startswith("application/vnd.google-apps."):
            content = entry["content"]
            shown |= {
                "md5Checksum": hashlib.md5(content, usedforsecurity=False).hexdigest(),
                "size": str(entry.get("size", len(content))),
            }
        return shown | {"webViewLink": f"https://drive.google.com/file/d/{entry['id']}/view"}

    def _entry(self, key: str, name: str, kind: str, parent: str) -> dict[str, Any]:
        return {
            "id": key,
            "name": name,
            "kind": kind,
            "parent": parent,
            "trashed": False,
            "edited": 0,
            "content": b"",
        }


@contextmanager
def drive_server() -> Iterator[DriveFake]:
    """Serve an empty Drive."""
    fake = DriveFake()
    with serve(fake):
        yield fake
