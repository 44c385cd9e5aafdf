"""What becomes of the files that an origin lists and gives: children of its source, in the open transaction."""

import secrets
from collections.abc import Mapping, Sequence
from enum import Enum

from django.db.models import F, QuerySet
from django.utils import timezone

from assistants.actions.origins.marks import PASSING, note, noted
from assistants.actions.origins.port import RemoteFile
from assistants.knowledge.actions.add_source import add_document
from assistants.knowledge.files import StoredFile
from assistants.knowledge.looking import Look
from assistants.knowledge.models import Document, Source, SourceAudience, SourceSet
from assistants.knowledge.queries import source_rows, twin_of
from assistants.knowledge.warnings import left_out as left_out_warning
from kernel.actions import assert_in_action

_INHERITED = ("tags", "metadata", "showing", "restricted")


class Kept(Enum):
    """What came of a file."""

    NEW = "new"
    SAME = "same"
    DOUBLE = "double"
    STAYS_OUT = "stays out"


def begin_run(source: Source) -> str:
    """The sync that is under way, begun where there is none."""
    assert_in_action()
    run: str = note(source, "run")
    if not run:
        run = secrets.token_hex(4)
        noted(source, run=run)
        source.save(update_fields=["settings"])
    return run


def leave_run(look: Look) -> None:
    """The sync has failed: the next one begins anew, and tries what this one could not have.

    Raises:
        LeaseLost: somebody else looks by now.
    """
    assert_in_action()
    source = look.load()
    noted(source, run=None, progress=None)
    source.save(update_fields=["settings"])


def keep_listing(
    look: Look, files: Mapping[str, RemoteFile], *, run: str, moves: bool, total: int
) -> list[RemoteFile]:
    """Take out what is gone, give the others their present names, and say which files have to be fetched.

    Args:
        files: all that may be read now, by id. moves: whether a file that lies elsewhere is known again by its mark.

    Raises:
        LeaseLost: somebody else looks by now.
    """
    assert_in_action()
    source = look.load()
    children = {note(child, "remote"): child for child in _children(source)}
    if moves:
        _follow_moves(children, files)
    changed = [child for key, child in children.items() if _followed(child, files.get(key))]
    fields = ["name", "url", "settings", "removed_at", "sync_error", "synced_at"]
    Source.objects.for_organisation(look.organisation_id).bulk_update(changed, fields, batch_size=500)
    refused = {key: one for key, one in note(source, "refused", {}).items() if key in files}
    waiting = [
        file for key, file in files.items() if _wanted(source, file, children.get(key), refused.get(key), run)
    ]
    noted(source, refused=refused, progress=[total - len(waiting), total])
    source.save(update_fields=["settings"])
    return waiting


def keep_remote_file(look: Look, file: RemoteFile, stored: StoredFile, *, run: str) -> Kept:
    """Make what was fetched the present revision of its child; the same bytes are not read again.

    Raises:
        LeaseLost: somebody else looks by now.
        FilesFull, BytesFull: the organisation may not keep so much.
    """
    assert_in_action()
    source = look.load()
    SourceSet.objects.for_organisation(look.organisation_id).select_for_update().get(pk=source.source_set_id)
    child = {note(one, "remote"): one for one in _children(source)}.get(file.id)
    if child is None and _twin(source, stored.sha256):
        return Kept.DOUBLE
    _progressed(source, file)
    if child is None:
        child = _made(source, file)
    before = child.document
    same = before is not None and before.sha256 == stored.sha256 and before.state != Document.State.FAILED
    if not same:
        name = child.name
        add_document(child, stored)
        child.name, child.changed_at = name, timezone.now()
    noted(child, mark=file.mark, run=run)
    child.removed_at, child.synced_at, child.sync_error = None, timezone.now(), ""
    child.save(update_fields=["name", "changed_at", "settings", "removed_at", "synced_at", "sync_error"])
    return Kept.SAME if same else Kept.NEW


def pass_over(look: Look, file: RemoteFile, reason: str, *, run: str, sha: str = "") -> None:
    """Note why a file was not taken; what is here of it already keeps answering.

    Args:
        sha: of its bytes, where they are here already under another name.
    """
    assert_in_action()
    source = look.load()
    refused = dict(note(source, "refused", {}))
    entry = {"mark": file.mark, "reason": reason, "name": file.path, "run": run}
    refused[file.id] = entry | ({"sha": sha} if sha else {})
    _progressed(source, file, refused=refused)


def end_run(look: Look, left_out: Mapping[str, Sequence[str]]) -> None:
    """The sync is through: what was left out is told, and the look ended.

    Args:
        left_out: names of files by the reason that their listing gave.
    """
    assert_in_action()
    source = look.load()
    reasons = {reason: list(names) for reason, names in left_out.items()}
    for one in note(source, "refused", {}).values():
        if one["reason"] != "gone":
            reasons.setdefault(one["reason"], []).append(one["name"])
    warnings = [left_out_warning(f"left_out_{reason}", names) for reason, names in sorted(reasons.items())]
    noted(source, run=None, progress=None, left_out=warnings or None)
    source.save(update_fields=["settings"])
    here = source_rows(source.source_set).filter(parent=source).exists()
    look.end(error="" if here else "origin_empty")


def _children(source: Source) -> QuerySet[Source]:
    """The files of a source, removed or not; what is present comes last, so that it stands for its id."""
    rows = Source.objects.for_organisation(source.organisation_id).filter(parent=source)
    return rows.select_related("document", "organisation").order_by(
        F("removed_at").asc(nulls_last=True), "pk"
    )


def _follow_moves(children: dict[str, Source], files: Mapping[str, RemoteFile]) -> None:
    """A file that lies in another place now is the one that it was, where its mark says so."""
    gone = {
        note(child, "mark"): key
        for key, child in children.items()
        if key not in files and child.removed_at is None and note(child, "mark")
    }
    for key, file in files.items():
        if key not in children and (old := gone.pop(file.mark, None)) is not None:
            child = children.pop(old)
            noted(child, remote=key)
            children[key] = child


def _followed(child: Source, file: RemoteFile | None) -> bool:
    """Bring a child up to what the listing says of its file; whether anything changed."""
    before = (child.name, child.url, child.settings, child.removed_at, child.sync_error)
    if file is None:
        if child.removed_at is None:
            child.removed_at = timezone.now()
            noted(child, dropped=True)
    else:
        if child.name == note(child, "name"):  # a name that somebody gave it here is kept
            child.name = file.path
        noted(child, name=file.path, remote=file.id)
        child.url = file.url
        if child.removed_at is not None and note(child, "dropped") and child.document is not None:
            noted(child, dropped=None)
            child.removed_at = None
    return before != (child.name, child.url, child.settings, child.removed_at, child.sync_error)


def _wanted(
    source: Source, file: RemoteFile, child: Source | None, refused: Mapping[str, str] | None, run: str
) -> bool:
    if child is not None and child.removed_at is not None:
        return False  # somebody took it out by hand, so it stays out
    if refused is not None and refused["mark"] == file.mark and file.mark:
        if refused["run"] == run or refused["reason"] not in PASSING:
            return False
        if refused["reason"] == "double":
            return not _twin(source, refused.get("sha", ""))
    elif refused is not None and refused["run"] == run:
        return False
    if child is None:
        return True
    if child.document is None or (
        child.document.state == Document.State.FAILED and not child.document.storage_key
    ):
        return True
    return bool(note(child, "mark") != file.mark if file.mark else note(child, "run") != run)


def _twin(source: Source, sha256: str) -> bool:
    return twin_of(source.source_set, sha256) is not None


def _made(source: Source, file: RemoteFile) -> Source:
    """A child that is found, shown and quoted by whom its parent is."""
    child: Source = Source.objects.create(
        organisation_id=source.organisation_id,
        source_set_id=source.source_set_id,
        parent=source,
        type=Source.Type.FILE,
        name=file.path,
        url=file.url,
        settings={"_remote": file.id, "_name": file.path},
        **{field: getattr(source, field) for field in _INHERITED},
    )
    audience = SourceAudience.objects.for_organisation(source.organisation_id)
    groups = audience.filter(source=source).values_list("group_id", flat=True)
    audience.bulk_create(
        SourceAudience(organisation_id=source.organisation_id, source=child, group_id=group)
        for group in groups
    )
    return child


def _progressed(source: Source, file: RemoteFile, *, refused: Mapping[str, object] | None = None) -> None:
    """One file more is through."""
    done, total = note(source, "progress", [0, 0])
    if refused is None:
        refused = {key: one for key, one in note(source, "refused", {}).items() if key != file.id}
    noted(source, progress=[min(done + 1, total), total], refused=dict(refused))
    source.save(update_fields=["settings"])
