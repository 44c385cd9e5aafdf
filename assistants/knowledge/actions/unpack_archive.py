"""Take a zip apart: each file in it that can be read becomes a source of its own, under the zip's."""

import tempfile
from collections import defaultdict
from pathlib import Path

from django.core.files import File
from django.db.models import QuerySet
from django.utils import timezone

from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.actions.end_document import end_well
from assistants.knowledge.files import (
    EmptyFile,
    StoredFile,
    clean_name,
    largest_file_mb,
    local_copy,
    store_file,
)
from assistants.knowledge.formats import BY_EXTENSION, UnsupportedFile, WrongContent, format_of
from assistants.knowledge.leases import Lease
from assistants.knowledge.models import Document, Source, SourceAudience, SourceSet
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.unpacking import Member, unpacked
from assistants.knowledge.policy import MEGABYTE, KindForbidden, check_allowed_kind
from assistants.knowledge.queries import twin_of
from assistants.knowledge.room import KnowledgeFull
from assistants.knowledge.warnings import left_out
from kernel.tenancy import tenant_scope
from organisations.policy import policy_of

LONGEST_NAME = 255
_INHERITED = ("tags", "metadata", "showing", "restricted")


def unpack_archive(lease: Lease, document: Document) -> None:
    """Give a zip's source its children, and end its document well: it holds no passages itself.

    Done again after a crash or for a new revision it changes only what is not there yet: a child is known by its name
    in the zip. What was left out, and why, stands in the document's warnings.

    Raises:
        ParsingFailed: the zip cannot be opened, or nothing in it can be read.
        LeaseLost: somebody else works on it by now.
    """
    names: set[str] = set()
    refused: dict[str, list[str]] = defaultdict(list)
    with local_copy(document.storage_key) as path, tempfile.TemporaryDirectory(prefix="unpacked-") as folder:
        members = _members(lease, path, Path(folder))
        # First, so that a file which only changed its name is not taken for one that is here already.
        _remove_others(lease, document, {_shown(member.name) for member in members})
        for member in members:
            reason = member.reason or _added(lease, document, member, done=len(names))
            if reason:
                refused[reason].append(_shown(member.name))
            else:
                names.add(_shown(member.name))
    if not names and "double" not in refused:
        raise ParsingFailed("nothing_readable")
    _finish(lease, document, names, refused)


def _members(lease: Lease, path: Path, folder: Path) -> list[Member]:
    with tenant_scope(lease.organisation_id, durable=True):
        most_bytes = largest_file_mb(lease.organisation_id) * MEGABYTE
    endings = [ending for ending, format_ in BY_EXTENSION.items() if format_.name != "zip"]
    return list(unpacked(path, folder, most_bytes=most_bytes, endings=endings))


def _remove_others(lease: Lease, document: Document, names: set[str]) -> None:
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(unit="files", done=0, total=len(names))
        _children(document).filter(removed_at=None).exclude(name__in=names).update(removed_at=timezone.now())


def _children(document: Document) -> QuerySet[Source]:
    rows: QuerySet[Source] = Source.objects.for_organisation(document.organisation_id)
    return rows.filter(parent=document.source_id)


def _shown(name: str) -> str:
    """A member's name with its folders, as it may be shown."""
    shown = "/".join(clean_name(part) for part in name.split("/") if part.strip())
    return shown if len(shown) <= LONGEST_NAME else clean_name(shown)


def _added(lease: Lease, document: Document, member: Member, *, done: int) -> str:
    """Store a member and make it a child; returns why it was left out, or nothing."""
    assert member.path is not None
    try:
        stored = _stored(lease, document, member.path, _shown(member.name))
    except KindForbidden:
        return "policy"
    except (WrongContent, EmptyFile, UnsupportedFile):
        return "content"
    finally:
        member.path.unlink()
    try:
        with tenant_scope(lease.organisation_id, durable=True):
            lease.update(done=done + 1)
            return "" if _kept(document, stored) else "double"
    except KnowledgeFull:
        return "room"


def _stored(lease: Lease, document: Document, path: Path, name: str) -> StoredFile:
    with tenant_scope(lease.organisation_id, durable=True):
        policy = policy_of(lease.organisation_id)
    if path.stat().st_size == 0:
        raise EmptyFile(name=name)
    with path.open("rb") as opened:
        format_ = format_of(name, opened)
        check_allowed_kind(policy, name, format_)
        return store_file(
            File(opened), name=name, format=format_, organisation_id=document.organisation.public_id
        )


def _kept(document: Document, stored: StoredFile) -> bool:
    """Make a stored file a child, in the open transaction; False where its content is in the set already."""
    parent = document.source
    sets = SourceSet.objects.for_organisation(document.organisation_id)
    source_set = sets.select_for_update().get(pk=document.source_set_id)
    child = _children(document).select_related("document").filter(name=stored.name).first()
    if child is None:
        if twin_of(source_set, stored.sha256):
            return False
        child = _made(parent, stored.name)
    if child.document is None or child.document.sha256 != stored.sha256:
        add_document(child, stored)
    return True


def _made(parent: Source, name: str) -> Source:
    """A child that is found, shown and quoted by whom its parent is."""
    child: Source = Source.objects.create(
        organisation_id=parent.organisation_id,
        source_set_id=parent.source_set_id,
        parent=parent,
        type=Source.Type.FILE,
        name=name,
        **{field: getattr(parent, field) for field in _INHERITED},
    )
    audience = SourceAudience.objects.for_organisation(parent.organisation_id).filter(source=parent)
    for group in audience.values_list("group_id", flat=True):
        SourceAudience.objects.create(organisation_id=parent.organisation_id, source=child, group_id=group)
    return child


def _finish(lease: Lease, document: Document, names: set[str], refused: dict[str, list[str]]) -> None:
    warnings = [left_out(f"left_out_{reason}", found) for reason, found in refused.items()]
    _remove_others(lease, document, names)
    with tenant_scope(lease.organisation_id, durable=True):
        lease.update(
            warnings=warnings, done=len(names), total=len(names), unit="files", parsed_at=timezone.now()
        )
        end_well(lease)
