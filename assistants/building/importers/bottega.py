"""Our own `assistant.yaml` with its folder of knowledge."""

from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext_lazy as _

from assistants.actions.portable import reading_of_portable
from assistants.actions.reading import MOST_BYTES
from assistants.building.importers.base import BroughtAction, Definition, KnowledgeFile, KnowledgePage
from assistants.building.portability.archives import Bundle
from assistants.building.portability.assistant_file import (
    FOLDER,
    ActionEntry,
    KnowledgeEntry,
    parse_assistant,
)
from assistants.building.portability.located import Located
from assistants.knowledge.actions.add_url import check_address
from assistants.knowledge.actions.put_sources import About
from kernel.errors import DomainError, InvalidInput

name = "bottega"


def recognises(document: Any) -> bool:
    """Whether it says that it is one of ours, of whatever version, or looks like one that does not say which."""
    if not isinstance(document, dict):
        return False
    return str(document.get("schema", "")).startswith("bottega.assistant/") or "specification" in document


def definitions(located: Located, bundle: Bundle) -> Iterable[Definition]:
    """The one assistant of the file, with the files that it lists and those that lie in its folder unlisted.

    Raises:
        FileRefused: a field is wrong, or a listed file is not there; it names the line.
    """
    read = parse_assistant(located)
    if read.specification.actions:
        # Ids mean something where they were made; a file brings its actions along, beside the definition.
        wrong = read.specification.actions[0].id
        message = _("The assistant has no action %(id)s. Add it first.") % {"id": wrong}
        raise located.refuse(("specification", "actions", 0, "id"), "unknown_action", message)
    made = Definition(name, located, read.specification.document(), under=("specification",), whole=True)
    made.account.maps("specification", "specification")
    root = located.file.rpartition("/")[0]
    folder = f"{root}/{FOLDER}" if root else FOLDER
    listed: set[str] = set()
    for number, action in enumerate(read.actions):
        made.actions.append(_action(made, action, number, f"{root}/" if root else "", bundle))
    for number, entry in enumerate(read.knowledge):
        _take(made, entry, number, folder, bundle, listed)
    for member in bundle.names():
        if member.startswith(folder) and member not in listed:
            made.files.append(KnowledgeFile(member, PurePosixPath(member).name))
            made.account.maps(member, "knowledge")
    return [made]


def _take(
    made: Definition, entry: KnowledgeEntry, number: int, folder: str, bundle: Bundle, listed: set[str]
) -> None:
    path = ("knowledge", number)
    if entry.url is not None:
        address = _checked_address(made, entry.url, number)
        follow = entry.follow.model_dump() if entry.follow else {}
        made.pages.append(KnowledgePage(address, entry.type, follow, _about(entry)))
        made.account.maps(entry.url, "knowledge")
        return
    member = folder + (entry.file or "").removeprefix(FOLDER)
    if member not in bundle.sizes:
        raise made.located.refuse(
            (*path, "file"), "file_missing", _("This file is not in the folder knowledge.")
        )
    if member in listed:
        raise made.located.refuse((*path, "file"), "repeated_file", _("This file is listed a second time."))
    listed.add(member)
    title = entry.title or PurePosixPath(member).name
    made.files.append(
        KnowledgeFile(member, title, entry.type, entry.sha256 or "", (*path, "sha256"), about=_about(entry))
    )
    made.account.maps(member, "knowledge")


def _action(made: Definition, entry: ActionEntry, number: int, root: str, bundle: Bundle) -> BroughtAction:
    member, path = f"{root}{entry.file}", ("actions", number, "file")
    if member not in bundle.sizes:
        raise made.located.refuse(path, "file_missing", _("This file is not in the folder actions."))
    try:
        reading = reading_of_portable(
            kind=entry.type,
            name=entry.name,
            document=bundle.read(member, MOST_BYTES),
            server_url=entry.server,
            source_url=entry.source,
            connector=entry.connector,
        )
    except DomainError as refusal:
        reason = refusal.errors[0].message if refusal.errors else refusal.message
        raise made.located.refuse(path, refusal.code, reason) from None
    return BroughtAction(
        member, reading, tuple(entry.operations), entry.auth or None, entry.privacy_policy_url
    )


def _about(entry: KnowledgeEntry) -> About:
    return About(
        tags=tuple(entry.tags),
        metadata=dict(entry.metadata),
        showing=entry.showing,
        sync_every=entry.every,
        restricted=entry.restricted,
    )


def _checked_address(made: Definition, url: str, number: int) -> str:
    try:
        return check_address(url)
    except InvalidInput as refusal:
        raise made.located.refuse(
            ("knowledge", number, "url"), "invalid_url", refusal.errors[0].message
        ) from None
