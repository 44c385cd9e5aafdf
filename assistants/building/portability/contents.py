"""What an assistant's file holds beside the definition: its documents, under names of their own."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from django.core.files.storage import default_storage

from assistants.actions.portable import PortableAction, portable_actions
from assistants.actions.queries import present_revisions
from assistants.building.models import Assistant
from assistants.building.portability.assistant_file import (
    ACTIONS,
    FILE,
    FOLDER,
    ActionEntry,
    Following,
    KnowledgeEntry,
    write_assistant,
)
from assistants.building.portability.packing import Member, chunks_of
from assistants.building.queries import access_version, draft_of, specification_of
from assistants.building.specification import Specification, content_hash
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import Document, Source
from assistants.knowledge.queries import answering_rows, documents_by_id

HOLDING = ("zip",)  # formats of what holds other sources, and has no passages itself
NAME = 80  # characters of a file's name before its extension


@dataclass(frozen=True, slots=True)
class Carried:
    """One document as it is carried along."""

    entry: KnowledgeEntry
    storage_key: str


@dataclass(frozen=True, slots=True)
class Contents:
    """One definition with its documents, read from the database and ready to be written.

    Attributes:
        known: hash and title of every document that answers, those that a website or an archive holds too.
        actions: those that it uses, each with its document. revisions: their public ids.
    """

    specification: Specification
    documents: Sequence[Carried]
    known: Sequence[tuple[str, str]]
    actions: Sequence[tuple[ActionEntry, str]] = ()
    revisions: Sequence[str] = ()

    @property
    def entries(self) -> list[KnowledgeEntry]:
        """The list of what it knows."""
        return [carried.entry for carried in self.documents]

    @property
    def hash(self) -> str:
        """The content hash that a version of it has."""
        return content_hash(self.specification, self.known, self.revisions)


def contents_of_draft(assistant: Assistant) -> Contents:
    """The draft, with everything that it has as a source, read yet or not."""
    sources = list(answering_rows(assistant.source_set).select_related("document__source"))
    documents = [source.document for source in sources if source.document]
    # A website is carried as what it is, whether it has pages by now or none.
    sites = [source for source in sources if source.type == Source.Type.SITE]
    specification = specification_of(draft_of(assistant))
    revisions = present_revisions(assistant.organisation_id, [use.id for use in specification.actions])
    return _contents(assistant, specification, revisions, documents, sites)


def contents_of_version(assistant: Assistant, number: int) -> Contents:
    """A version, with the documents that it knew.

    Raises:
        NotFound: there is none of that number.
    """
    version = access_version(assistant, number)
    documents = documents_by_id(assistant.organisation_id, version.manifest)
    return _contents(assistant, specification_of(version), version.revisions, documents)


def _contents(
    assistant: Assistant,
    specification: Specification,
    revisions: Mapping[str, str],
    documents: Sequence[Document],
    sites: Sequence[Source] = (),
) -> Contents:
    answering = [document for document in documents if document.format not in HOLDING]
    known = [(document.sha256, document.name) for document in answering if _is_carried(document)]
    ids = [use.id for use in specification.actions]
    found = portable_actions(assistant.organisation_id, assistant.public_id, ids, revisions)
    return Contents(
        specification,
        carried(documents, sites),
        known,
        list(_carried_actions(specification, found)),
        [*revisions.values()],
    )


def _carried_actions(
    specification: Specification, found: Sequence[PortableAction]
) -> Iterator[tuple[ActionEntry, str]]:
    uses = {use.id: use.operations for use in specification.actions}
    taken: set[str] = set()
    for action in found:
        entry = ActionEntry(
            name=action.name,
            type="mcp" if action.kind == "mcp" else "openapi",
            file=ACTIONS + _free_name(action.name, _ending(action.document), taken),
            server=action.server_url,
            source=action.source_url if action.kind != "mcp" else "",
            privacy_policy_url=action.privacy_policy_url,
            operations=list(uses[action.id]),
            auth=dict(action.auth or {}),
            connector=action.connector,
        )
        yield entry, action.document


def _ending(document: str) -> str:
    return ".json" if document.lstrip().startswith("{") else ".yaml"


def carried(documents: Sequence[Document], sites: Sequence[Source] = ()) -> list[Carried]:
    """Documents with the names of their files, always the same for the same documents.

    What a website or an archive holds is carried by that. One without bytes, such as a source whose upload never ended, is
    left out.

    Args:
        sites: websites that are carried too, whatever they hold.
    """
    whole = {document.source_id: document for document in documents if document.source.parent_id is None}
    held = {parent for document in documents if (parent := document.source.parent_id)}
    missing = [key for key in held if key not in whole]
    holders = _holders(documents[0].organisation_id, missing) if missing else []
    whole |= {holder.pk: holder.document for holder in holders if holder.document}
    # Elsewhere nobody is connected to where these came from: each is carried as the file that it is.
    gathered = {holder.pk for holder in holders if holder.type == Source.Type.CONNECTOR}
    whole |= {document.source_id: document for document in documents if document.source.parent_id in gathered}
    followed = {site.pk: site for site in (*sites, *holders) if site.type == Source.Type.SITE}
    taken: set[str] = set()
    rows = sorted(whole.values(), key=lambda document: (document.name, document.sha256, document.source.url))
    pages = sorted(followed.values(), key=lambda site: (site.name, site.url))
    return [_carried(row, taken) for row in rows if _is_carried(row)] + [_site(site) for site in pages]


def _holders(organisation_id: int, keys: Sequence[int]) -> list[Source]:
    rows = Source.objects.for_organisation(organisation_id).filter(pk__in=keys)
    return list(rows.select_related("document__source"))


def _is_carried(document: Document) -> bool:
    return document.source.type == Source.Type.URL or bool(document.storage_key)


def _about(source: Source) -> dict[str, Any]:
    return {
        "every": source.sync_every,
        "tags": list(source.tags),
        "metadata": dict(source.metadata),
        "showing": source.showing,
        "restricted": source.restricted,
    }


def _site(site: Source) -> Carried:
    follow = Following(
        **{name: site.settings[name] for name in Following.model_fields if name in site.settings}
    )
    entry = KnowledgeEntry(type="site", title=site.name, url=site.url, follow=follow, **_about(site))
    return Carried(entry, "")


def _carried(document: Document, taken: set[str]) -> Carried:
    kind, sha256 = document.source.type, document.sha256 or None
    about = _about(document.source)
    if kind == Source.Type.URL:
        page = KnowledgeEntry(
            type="url", title=document.name, url=document.source.url, sha256=sha256, **about
        )
        return Carried(page, "")
    file = FOLDER + _file_name(document, taken)
    written: Any = kind if kind in (Source.Type.TEXT, Source.Type.QA) else "file"
    entry = KnowledgeEntry(type=written, title=document.name, file=file, sha256=sha256, **about)
    return Carried(entry, document.storage_key)


def _file_name(document: Document, taken: set[str]) -> str:
    title = unicodedata.normalize("NFC", document.name)
    known = BY_NAME[document.format].extensions or (".json",)
    ending = PurePosixPath(title).suffix.lower()
    if ending in known:
        title = title[: -len(ending)]
    else:
        ending = known[0]
    return _free_name(title, ending, taken)


def _free_name(title: str, ending: str, taken: set[str]) -> str:
    stem = re.sub(r"[^\w.-]+", "-", title).strip("-.")[:NAME] or "document"
    name, number = f"{stem}{ending}", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}{ending}"
    taken.add(name.casefold())
    return name


def members_of(contents: Contents) -> Iterator[Member]:
    """The members of the archive, in the order of their names."""
    entries = [entry for entry, _document in contents.actions]
    for entry, document in sorted(contents.actions, key=lambda each: each[0].file):
        yield entry.file, [document.encode()]
    # Which of them are on stands beside their documents: their ids mean nothing elsewhere.
    specification = contents.specification.model_copy(update={"actions": []})
    yield FILE, [write_assistant(specification, contents.entries, entries).encode()]
    files = {c.entry.file: c for c in contents.documents if c.entry.file is not None}
    for name in sorted(files):
        yield name, chunks_of(default_storage.open(files[name].storage_key))
