"""Google Drive: folders, through its API v3 (developers.google.com/drive/api/reference/rest/v3)."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, ClassVar
from urllib.parse import quote

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.origins.picks import text_of
from assistants.actions.origins.port import Item, Level, RemoteFile
from assistants.actions.origins.service import RemoteMissing, Service

FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
_GOOGLE = "application/vnd.google-apps."
_OFFICE = "application/vnd.openxmlformats-officedocument."
# What Google's own kinds of files are taken along as: (ending, type to ask for).
EXPORTS = {
    f"{_GOOGLE}document": (".docx", f"{_OFFICE}wordprocessingml.document"),
    f"{_GOOGLE}spreadsheet": (".xlsx", f"{_OFFICE}spreadsheetml.sheet"),
    f"{_GOOGLE}presentation": (".pptx", f"{_OFFICE}presentationml.presentation"),
}
_FIELDS = (
    "id,name,mimeType,parents,md5Checksum,headRevisionId,version,modifiedTime,size,webViewLink,trashed,"
    "capabilities/canDownload"
)
_EVERYWHERE = {"supportsAllDrives": "true", "includeItemsFromAllDrives": "true"}
ROOT, SHARED, DRIVES = "root", "shared", "drives"
MOST_DEEP = 12
AT_ONCE = 30  # folders that one question asks after
PAGE = "1000"


class Drive:
    """Folders of Google Drive: one's own, shared ones and shared drives."""

    name: ClassVar[str] = "drive"
    title: ClassVar[str] = "Google Drive"
    icon: ClassVar[str] = "folder-open"
    summary: ClassVar[str | Promise] = gettext_lazy(
        "A folder with what lies in it: Docs, Sheets, Slides, PDF, Word and other files."
    )
    api: ClassVar[str] = "https://www.googleapis.com/drive/v3"
    takes_token: ClassVar[bool] = False
    token_help: ClassVar[str | Promise] = ""
    same_mark: ClassVar[bool] = False

    def browse(self, service: Service, at: str, search: str, cursor: str) -> Level:
        """Folders first, then files, which show what a folder holds and cannot be picked alone."""
        if not at and not search:
            return Level(
                (
                    Item(_("My Drive"), "folder", at=ROOT, pick={"folder": ROOT, "name": _("My Drive")}),
                    Item(_("Shared with me"), "folder", at=SHARED),
                    Item(_("Shared drives"), "folder", at=DRIVES),
                )
            )
        if at == DRIVES:
            return self._drives(service, cursor)
        if search:
            wanted = f"name contains '{_quoted(search)}' and mimeType = '{FOLDER}'"
        elif at == SHARED:
            wanted = "sharedWithMe"
        else:
            wanted = f"'{_quoted(at)}' in parents"
        found = self._page(service, wanted, cursor, size="100")
        return Level([_item(one) for one in found["files"]], found.get("nextPageToken", ""))

    def checked(self, pick: Mapping[str, Any]) -> dict[str, Any]:
        """A folder's id and its name."""
        return {
            "folder": text_of(pick, "folder", known=("folder", "name")),
            "name": str(pick.get("name", ""))[:200],
        }

    def title_of(self, pick: Mapping[str, Any]) -> str:
        return str(pick.get("name") or pick["folder"])

    def files(self, service: Service, pick: Mapping[str, Any]) -> Iterator[RemoteFile]:
        """Level by level from the folder down; a folder that is met twice is followed once."""
        root = service.get_json(
            f"/files/{_segment(pick['folder'])}", {"fields": _FIELDS, "supportsAllDrives": "true"}
        )
        if root.get("trashed") or root.get("mimeType") not in (FOLDER, None):
            raise RemoteMissing(service=self.title)
        level, seen = {str(root["id"]): ""}, {str(root["id"])}
        for depth in range(MOST_DEEP + 1):
            below: dict[str, str] = {}
            keys = sorted(level)
            for start in range(0, len(keys), AT_ONCE):
                for one in self._all(service, keys[start : start + AT_ONCE]):
                    path = _below(level, one)
                    if one.get("mimeType") != FOLDER:
                        yield _file(one, path)
                    elif one["id"] not in seen:
                        seen.add(one["id"])
                        below[one["id"]] = f"{path}/"
                        if depth == MOST_DEEP:
                            yield RemoteFile(one["id"], path, reason="deep")
            if not below or depth == MOST_DEEP:
                return
            level = below

    def fetch(self, service: Service, pick: Mapping[str, Any], file: RemoteFile, most: int) -> bytes:
        """The bytes; Google's own kinds are exported to those of Office, which Google does up to 10 MB."""
        address = f"/files/{_segment(file.id)}"
        export = file.extra.get("export")
        if not export:
            return service.ask(
                "GET", address, params={"alt": "media", "supportsAllDrives": "true"}, most=most
            )
        return service.ask("GET", f"{address}/export", params={"mimeType": str(export)}, most=most)

    def _drives(self, service: Service, cursor: str) -> Level:
        params = {"pageSize": "100"} | ({"pageToken": cursor} if cursor else {})
        found = service.get_json("/drives", params)
        items = [
            Item(one["name"], "folder", at=one["id"], pick={"folder": one["id"], "name": one["name"]})
            for one in found.get("drives", [])
        ]
        return Level(items, found.get("nextPageToken", ""))

    def _all(self, service: Service, folders: list[str]) -> Iterator[dict[str, Any]]:
        wanted, cursor = " or ".join(f"'{_quoted(key)}' in parents" for key in folders), ""
        while True:
            page = self._page(service, f"({wanted})", cursor, size=PAGE)
            yield from page["files"]
            cursor = page.get("nextPageToken", "")
            if not cursor:
                return

    def _page(self, service: Service, wanted: str, cursor: str, *, size: str) -> dict[str, Any]:
        params = {
            "q": f"{wanted} and trashed = false",
            "fields": f"nextPageToken,incompleteSearch,files({_FIELDS})",
            "pageSize": size,
            "orderBy": "folder,name_natural",
            **_EVERYWHERE,
        }
        found = service.get_json("/files", params | ({"pageToken": cursor} if cursor else {}))
        found["files"] = [one for one in found.get("files", []) if one.get("id") and one.get("name")]
        return found


def _item(one: Mapping[str, Any]) -> Item:
    if one.get("mimeType") != FOLDER:
        return Item(str(one["name"]), "file")
    return Item(str(one["name"]), "folder", at=one["id"], pick={"folder": one["id"], "name": one["name"]})


def _below(level: Mapping[str, str], one: Mapping[str, Any]) -> str:
    parent = next((key for key in one.get("parents", []) if key in level), next(iter(level)))
    return f"{level[parent]}{str(one['name']).replace('/', '_')}"


def _file(one: Mapping[str, Any], path: str) -> RemoteFile:
    kind = str(one.get("mimeType", ""))
    ending, export = EXPORTS.get(kind, ("", ""))
    reason = ""
    if kind.startswith(_GOOGLE) and not export:
        reason = "kind"  # forms, drawings, shortcuts: what they lead to may lie anywhere
    elif not one.get("capabilities", {}).get("canDownload", True):
        reason = "access"
    size = str(one.get("size", ""))
    return RemoteFile(
        id=str(one["id"]),
        path=path,
        mark=str(
            one.get("md5Checksum")
            or (not export and one.get("headRevisionId"))
            or one.get("modifiedTime", "")
        ),
        ending=ending or PurePosixPath(str(one["name"])).suffix.lower(),
        size=int(size) if size.isdecimal() and not export else None,
        url=str(one.get("webViewLink", "")),
        reason=reason,
        extra={"export": export} if export else {},
    )


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _segment(key: Any) -> str:
    return quote(str(key), safe="")
