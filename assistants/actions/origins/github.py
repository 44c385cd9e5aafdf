"""GitHub: the files of a repository's branch, through its REST API (docs.github.com/rest/git/trees and /rest/git/blobs)."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.origins.globs import matches
from assistants.actions.origins.picks import text_of, texts_of
from assistants.actions.origins.port import Item, Level, RemoteFile
from assistants.actions.origins.service import RemoteMissing, Service
from assistants.knowledge.formats import BY_EXTENSION
from kernel.errors import InvalidInput

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_KNOWN = ("repository", "branch", "paths")
_VERSIONED = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
_RAW = {"accept": "application/vnd.github.raw+json", "x-github-api-version": "2022-11-28"}
MOST_PATHS = 20
MOST_FOLDERS = 400  # that are asked for one by one, where a tree is too large to come whole
MOST_DEEP = 12
PAGE = 100


class GitHub:
    """Repositories: a branch, and the paths in it that are wanted."""

    name: ClassVar[str] = "github"
    title: ClassVar[str] = "GitHub"
    icon: ClassVar[str] = "git-branch"
    summary: ClassVar[str | Promise] = gettext_lazy(
        "A repository's branch, or some of its paths: documentation, texts, code."
    )
    api: ClassVar[str] = "https://api.github.com"
    takes_token: ClassVar[bool] = True
    token_help: ClassVar[str | Promise] = gettext_lazy(
        "On GitHub: Settings, Developer settings, Fine-grained tokens. Choose the repositories, and give read access to"
        " Contents and nothing else."
    )
    same_mark: ClassVar[bool] = True

    def browse(self, service: Service, at: str, search: str, cursor: str) -> Level:
        """Repositories, then branches, then folders. `at` is `owner/name`, `owner/name@branch` or `owner/name@branch:path`."""
        if not at:
            return self._repositories(service, search, cursor)
        repository, branch, path = _place(at)
        if not branch:
            return self._branches(service, repository, search, cursor)
        return self._folder(service, repository, branch, path, search)

    def checked(self, pick: Mapping[str, Any]) -> dict[str, Any]:
        """`repository` as owner/name, `branch` (empty for the default one) and `paths`, in which `*` stands for anything
        within a folder and `**` across folders; without paths everything that is a document."""
        repository = text_of(pick, "repository", known=_KNOWN)
        if not _REPOSITORY.fullmatch(repository) or ".." in repository:
            raise InvalidInput.on("pick.repository", "invalid", _("Give it as owner/name."))
        branch = text_of(pick, "branch", known=_KNOWN, required=False)
        return {
            "repository": repository,
            "branch": branch,
            "paths": texts_of(pick, "paths", known=_KNOWN, most=MOST_PATHS),
        }

    def title_of(self, pick: Mapping[str, Any]) -> str:
        branch = f" ({pick['branch']})" if pick["branch"] else ""
        paths = f": {', '.join(pick['paths'])}" if pick["paths"] else ""
        return f"{pick['repository']}{branch}{paths}"

    def files(self, service: Service, pick: Mapping[str, Any]) -> Iterator[RemoteFile]:
        """The blobs of the branch's tree that the paths hold, in the order of the tree."""
        found = service.get_json(_repository(pick["repository"]), headers=_VERSIONED)
        branch = pick["branch"] or str(found.get("default_branch", ""))
        web = f"{found.get('html_url', '')}/blob/{quote(branch)}"
        wanted = pick["paths"]
        for blob in self._blobs(service, pick["repository"], branch):
            path = str(blob.get("path", ""))
            if wanted and not any(matches(one, path) for one in wanted):
                continue
            ending = PurePosixPath(path).suffix.lower()
            if not wanted and ending not in BY_EXTENSION:
                continue
            yield RemoteFile(
                id=path,
                path=path,
                mark=str(blob.get("sha", "")),
                # What somebody asked for by its path and is no document is read as the text that code is.
                ending=ending if ending in BY_EXTENSION else ".txt",
                size=int(blob.get("size") or 0),
                url=f"{web}/{quote(path)}",
            )

    def fetch(self, service: Service, pick: Mapping[str, Any], file: RemoteFile, most: int) -> bytes:
        """A blob, by its hash: what was listed, whatever was pushed since."""
        address = f"{_repository(pick['repository'])}/git/blobs/{quote(file.mark, safe='')}"
        return service.ask("GET", address, headers=_RAW, most=most)

    def _blobs(self, service: Service, repository: str, branch: str) -> Iterator[dict[str, Any]]:
        whole = self._tree(service, repository, branch, recursive=True)
        if not whole.get("truncated"):
            yield from (one for one in whole["tree"] if one.get("type") == "blob")
            return
        # Too large to come at once: folder by folder.
        waiting, asked = [("", branch, 0)], 0
        while waiting and asked < MOST_FOLDERS:
            prefix, sha, depth = waiting.pop(0)
            asked += 1
            for one in self._tree(service, repository, sha)["tree"]:
                path = f"{prefix}{one.get('path', '')}"
                if one.get("type") == "blob":
                    yield one | {"path": path}
                elif one.get("type") == "tree" and depth < MOST_DEEP:
                    waiting.append((f"{path}/", str(one.get("sha", "")), depth + 1))

    def _tree(
        self, service: Service, repository: str, sha: str, *, recursive: bool = False
    ) -> dict[str, Any]:
        params = {"recursive": "1"} if recursive else {}
        address = f"{_repository(repository)}/git/trees/{quote(sha, safe='')}"
        found = service.get_json(address, params, headers=_VERSIONED)
        found["tree"] = [one for one in found.get("tree", []) if isinstance(one, dict)]
        return found

    def _repositories(self, service: Service, search: str, cursor: str) -> Level:
        """Those that the account may see, the last pushed to first; a search looks through the first pages of them."""
        page = int(cursor) if cursor.isdecimal() else 1
        items: list[Item] = []
        for number in range(page, page + (5 if search else 1)):
            params = {"per_page": str(PAGE), "page": str(number), "sort": "pushed"}
            found = service.get_json("/user/repos", params, headers=_VERSIONED)["items"]
            page = number + 1
            items += [
                Item(
                    one["full_name"],
                    "repository",
                    at=one["full_name"],
                    pick={"repository": one["full_name"], "branch": "", "paths": []},
                    detail=str(one.get("description") or "")[:120],
                )
                for one in found
                if search.lower() in one["full_name"].lower()
            ]
            if len(found) < PAGE:
                return Level(items)
        return Level(items, str(page))

    def _branches(self, service: Service, repository: str, search: str, cursor: str) -> Level:
        page = int(cursor) if cursor.isdecimal() else 1
        params = {"per_page": str(PAGE), "page": str(page)}
        found = service.get_json(f"{_repository(repository)}/branches", params, headers=_VERSIONED)["items"]
        items = [
            Item(
                one["name"],
                "branch",
                at=f"{repository}@{one['name']}",
                pick={"repository": repository, "branch": one["name"], "paths": []},
            )
            for one in found
            if search.lower() in one["name"].lower()
        ]
        return Level(items, str(page + 1) if len(found) == PAGE else "")

    def _folder(self, service: Service, repository: str, branch: str, path: str, search: str) -> Level:
        address = f"{_repository(repository)}/contents/{quote(path)}"
        found = service.get_json(address, {"ref": branch}, headers=_VERSIONED)
        entries = [
            one for one in found.get("items", []) if search.lower() in str(one.get("name", "")).lower()
        ]
        entries.sort(key=lambda one: (one.get("type") != "dir", str(one["name"]).lower()))
        return Level([_entry(repository, branch, one) for one in entries])


def _entry(repository: str, branch: str, one: Mapping[str, Any]) -> Item:
    path, folder = str(one["path"]), one.get("type") == "dir"
    pick = {"repository": repository, "branch": branch, "paths": [f"{path}/**" if folder else path]}
    at = f"{repository}@{branch}:{path}" if folder else ""
    return Item(str(one["name"]), "folder" if folder else "file", at=at, pick=pick)


def _place(at: str) -> tuple[str, str, str]:
    repository, _at, rest = at.partition("@")
    # A branch's name holds no colon (git check-ref-format).
    branch, _colon, path = rest.partition(":")
    if not _REPOSITORY.fullmatch(repository) or ".." in repository or ".." in path.split("/"):
        raise RemoteMissing(service=GitHub.title)
    return repository, branch, path


def _repository(name: str) -> str:
    return f"/repos/{quote(name)}"
