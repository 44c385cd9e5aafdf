"""What an assistant's file holds beside the definition: its documents, under names of their own."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.files.storage import default_storage

from assistants.building.models import Assistant
from assistants.building.portability.assistant_file import FILE, FOLDER, KnowledgeEntry, write_assistant
from assistants.building.portability.packing import Member, chunks_of
from assistants.building.queries import access_version, draft_of, specification_of
from assistants.building.specification import Specification, content_hash
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import Document, Source
from assistants.knowledge.queries import documents_by_id, source_rows

NAME = 80  # characters of a file's name before its extension


@dataclass(frozen=True, slots=True)
class Carried:
    """One document as it is carried along."""

    entry: KnowledgeEntry
    storage_key: str


@dataclass(frozen=True, slots=True)
class Contents:
    """One definition with its documents, read from the database and ready to be written."""

    specification: Specification
    documents: Sequence[Carried]

    @property
    def entries(self) -> list[KnowledgeEntry]:
        """The list of what it knows."""
        return [carried.entry for carried in self.documents]

    @property
    def hash(self) -> str:
        """The content hash that a version of it has."""
        documents = [(entry.sha256 or "", entry.title) for entry in self.entries]
        return content_hash(self.specification, documents)


def contents_of_draft(assistant: Assistant) -> Contents:
    """The draft, with everything that it has as a source, read yet or not."""
    rows = source_rows(assistant.source_set).select_related("document__source").exclude(document=None)
    documents = [source.document for source in rows if source.document]
    return Contents(specification_of(draft_of(assistant)), carried(documents))


def contents_of_version(assistant: Assistant, number: int) -> Contents:
    """A version, with the documents that it knew.

    Raises:
        NotFound: there is none of that number.
    """
    version = access_version(assistant, number)
    documents = documents_by_id(assistant.organisation_id, version.manifest)
    return Contents(specification_of(version), carried(documents))


def carried(documents: Sequence[Document]) -> list[Carried]:
    """Documents with the names of their files, always the same for the same documents.

    One without bytes, such as a source whose upload never ended, is left out.
    """
    taken: set[str] = set()
    rows = sorted(documents, key=lambda document: (document.name, document.sha256, document.source.url))
    return [_carried(row, taken) for row in rows if row.source.type == Source.Type.URL or row.storage_key]


def _carried(document: Document, taken: set[str]) -> Carried:
    kind, sha256 = document.source.type, document.sha256 or None
    if kind == Source.Type.URL:
        page = KnowledgeEntry(type="url", title=document.name, url=document.source.url, sha256=sha256)
        return Carried(page, "")
    file = FOLDER + _file_name(document, taken)
    entry = KnowledgeEntry(
        type="text" if kind == Source.Type.TEXT else "file", title=document.name, file=file, sha256=sha256
    )
    return Carried(entry, document.storage_key)


def _file_name(document: Document, taken: set[str]) -> str:
    title = unicodedata.normalize("NFC", document.name)
    known = BY_NAME[document.format].extensions
    ending = PurePosixPath(title).suffix.lower()
    if ending in known:
        title = title[: -len(ending)]
    else:
        ending = known[0]
    stem = re.sub(r"[^\w.-]+", "-", title).strip("-.")[:NAME] or "document"
    name, number = f"{stem}{ending}", 1
    while name.casefold() in taken:
        number += 1
        name = f"{stem}-{number}{ending}"
    taken.add(name.casefold())
    return name


def members_of(contents: Contents) -> Iterator[Member]:
    """The members of the archive, in the order of their names."""
    yield FILE, [write_assistant(contents.specification, contents.entries).encode()]
    files = {c.entry.file: c for c in contents.documents if c.entry.file is not None}
    for name in sorted(files):
        yield name, chunks_of(default_storage.open(files[name].storage_key))
