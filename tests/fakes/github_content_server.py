"""GitHub on loopback, as far as contents of repositories go: branches with files that a test writes, moves and deletes."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.fakes.remote import Remote, Said, serve


class GitHubFake(Remote):
    """`repositories` by full name, each with its branches, each with contents by path. `truncated` makes trees come in parts."""

    def __init__(self) -> None:
        super().__init__()
        self.repositories: dict[str, dict[str, dict[str, bytes]]] = {}
        self.truncated = False

    def repository(self, name: str, files: dict[str, bytes], branch: str = "main") -> dict[str, bytes]:
        """Make a repository with one branch; gives the branch's files, to be changed."""
        self.repositories.setdefault(name, {})[branch] = files
        return files

    def fetched(self) -> list[str]:
        return [asked for asked in self.asked if "/git/blobs/" in asked]

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> Any:
        if path == "/user/repos":
            return [{"full_name": name, "description": "A repository"} for name in self.repositories] * (
                query.get("page") == "1"
            )
        found = re.fullmatch(
            r"/repos/([^/]+/[^/]+)(?:/(branches|git/trees|git/blobs|contents)(?:/(.*))?)?", path
        )
        branches = self.repositories.get(found[1]) if found else None
        if found is None or branches is None:
            raise Said(404, {"message": "Not Found"})
        what, rest = found[2], found[3] or ""
        if what is None:
            return {"default_branch": next(iter(branches)), "html_url": f"https://github.com/{found[1]}"}
        if what == "branches":
            return [{"name": name} for name in branches]
        if what == "git/blobs":
            return self._blob(branches, rest)
        if what == "git/trees":
            return self._tree(branches, rest, whole="recursive" in query)
        return self._contents(branches.get(query.get("ref", "")) or {}, rest)

    def _blob(self, branches: dict[str, dict[str, bytes]], sha: str) -> bytes:
        for files in branches.values():
            for content in files.values():
                if blob_sha(content) == sha:
                    return content
        raise Said(404)

    def _tree(self, branches: dict[str, dict[str, bytes]], name: str, *, whole: bool) -> dict[str, Any]:
        branch, _colon, folder = name.partition(":")
        if branch not in branches:
            raise Said(404, {"message": "Not Found"})
        blobs = [
            {"path": path, "type": "blob", "sha": blob_sha(content), "size": len(content)}
            for path, content in branches[branch].items()
        ]
        if whole and not self.truncated:
            return {"tree": blobs, "truncated": False}
        if whole:
            return {"tree": blobs[:1], "truncated": True}
        prefix = f"{folder}/" if folder else ""
        below = [one for one in blobs if str(one["path"]).startswith(prefix)]
        here = [one | {"path": str(one["path"])[len(prefix) :]} for one in below]
        trees = dict.fromkeys(str(one["path"]).split("/")[0] for one in here if "/" in str(one["path"]))
        folders = [{"path": one, "type": "tree", "sha": f"{branch}:{prefix}{one}"} for one in trees]
        return {"tree": folders + [one for one in here if "/" not in str(one["path"])], "truncated": False}

    def _contents(self, files: dict[str, bytes], folder: str) -> list[dict[str, Any]]:
        prefix = f"{folder}/" if folder else ""
        names = dict.fromkeys(path[len(prefix) :].split("/")[0] for path in files if path.startswith(prefix))
        return [
            {"name": name, "path": f"{prefix}{name}", "type": "file" if f"{prefix}{name}" in files else "dir"}
            for name in names
        ]


def blob_sha(content: bytes) -> str:
    """The hash that git gives to contents."""
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


@contextmanager
def github_content_server(port: int = 0) -> Iterator[GitHubFake]:
    """Serve it without repositories."""
    fake = GitHubFake()
    with serve(fake, port):
        yield fake
