"""Read an origin, as a worker: what is there is listed, and only what changed is fetched and read again."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any

from django.core.files import File
from django.utils import timezone

from assistants.actions.actions.keep_remote_files import (
    Kept,
    begin_run,
    end_run,
    keep_listing,
    keep_remote_file,
    leave_run,
    pass_over,
)
from assistants.actions.actions.note_disconnected import note_disconnected
from assistants.actions.origins.accounts import Reader, reader_again
from assistants.actions.origins.catalogue import origin_named
from assistants.actions.origins.marks import note
from assistants.actions.origins.port import Origin, RemoteFile
from assistants.actions.origins.service import (
    NotConnected,
    OriginError,
    RemoteMissing,
    RemoteRefused,
    Service,
    Throttled,
    intelligible,
    rest,
)
from assistants.knowledge.actions.request_look import send_look
from assistants.knowledge.files import EmptyFile, StoredFile, clean_name, largest_file_mb, store_file
from assistants.knowledge.formats import BY_EXTENSION, UnsupportedFile, WrongContent, format_of
from assistants.knowledge.looking import LOOK, Look
from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.policy import MEGABYTE, KindForbidden, check_allowed_kind
from assistants.knowledge.room import KnowledgeFull
from kernel.egress import EgressError, EgressTooLarge
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.host_policy import HostForbidden, held_to_policies
from organisations.models import Organisation
from organisations.policy import PolicyDocument, policy_of

SLICE_SECONDS = 40.0  # then other work has its turn
RENEW_SECONDS = 20.0
MOST_FILES = 2000
MOST_BYTES = 2048 * MEGABYTE  # of all files of a source together
MOST_FAULTS = 5  # in a row: then it is not the files
LONGEST_NAME = 255


@dataclass(slots=True)
class Visit:
    """An origin as one slice of work sees it. `run` is the sync that the slice belongs to."""

    look: Look
    origin: Origin
    pick: dict[str, Any]
    organisation: Organisation
    policy: PolicyDocument
    largest: int
    run: str
    service: Service
    files: dict[str, RemoteFile] = field(default_factory=dict)
    left_out: dict[str, list[str]] = field(default_factory=dict)


def visit_origin(look: Look) -> None:
    """Bring a source up to what the other side has, as far as a slice of time lets; what is left is queued.

    Each slice lists anew and goes on with the files that are not done, so that nothing is lost with a crash. Where the
    service wants to be left alone for longer, the look is put off until then.

    Raises:
        ParsingFailed: the service, or the place that was picked, cannot be read; what was read keeps answering.
        LeaseLost: somebody else looks by now.
    """
    try:
        visit = _begun(look)
        with held_to_policies(look.organisation_id):
            _visit(visit)
    except NotConnected:
        note_disconnected(look)
    except Throttled as limit:
        _put_off(look, limit.seconds)
    except (OriginError, EgressError, HostForbidden, NotFound) as error:
        with tenant_scope(look.organisation_id, durable=True):
            leave_run(look)
        raise ParsingFailed(error.code) from None


def _begun(look: Look) -> Visit:
    with tenant_scope(look.organisation_id, durable=True):
        source = look.load()
        origin = origin_named(str(source.settings.get("origin", "")))
        reader: Reader = reader_again(
            source.organisation,
            origin,
            connection_id=str(source.settings.get("connection", "")),
            profile_id=note(source, "profile"),
            user_id=note(source, "user"),
        )
        run = begin_run(source)
        policy = policy_of(look.organisation_id)

    def pause(seconds: float) -> None:
        look.renew()
        rest(seconds)

    return Visit(
        look=look,
        origin=origin,
        pick=dict(source.settings["pick"]),
        organisation=source.organisation,
        policy=policy,
        largest=largest_file_mb(look.organisation_id) * MEGABYTE,
        run=run,
        service=reader.service(origin, source.organisation, pause=pause),
    )


def _visit(visit: Visit) -> None:
    started = time.monotonic()
    _list(visit)
    with tenant_scope(visit.look.organisation_id, durable=True):
        waiting = keep_listing(
            visit.look, visit.files, run=visit.run, moves=visit.origin.same_mark, total=len(visit.files)
        )
    faults = 0
    for file in waiting:
        if time.monotonic() - started > SLICE_SECONDS:
            _queue_rest(visit.look)
            return
        faults = 0 if _read(visit, file) else faults + 1
        if faults >= MOST_FAULTS:
            raise OriginError(service=visit.service.title)
    with tenant_scope(visit.look.organisation_id, durable=True):
        end_run(visit.look, visit.left_out)


def _list(visit: Visit) -> None:
    """Everything that may be read, within the bounds; what is left out is noted by reason."""
    with intelligible(visit.service):
        _list_all(visit)


def _list_all(visit: Visit) -> None:
    renewed, total = time.monotonic(), 0
    for file in _named(visit):
        if time.monotonic() - renewed > RENEW_SECONDS:
            visit.look.renew()
            renewed = time.monotonic()
        reason = _reason(visit, file)
        total += 0 if reason else file.size or 0
        if not reason and len(visit.files) >= MOST_FILES:
            reason = "many"
        elif not reason and total > MOST_BYTES:
            reason = "bytes"
        if reason:
            visit.left_out.setdefault(reason, []).append(file.path)
        else:
            visit.files[file.id] = file
        if len(visit.left_out.get("many", ())) >= MOST_FILES:
            return  # whatever comes after these is left out too


def _named(visit: Visit) -> Iterator[RemoteFile]:
    """The files with names that may be shown, each once."""
    for file in visit.origin.files(visit.service, visit.pick):
        if file.id and len(file.id) <= 1000:
            yield RemoteFile(
                file.id,
                shown_path(file.path),
                file.mark[:200],
                file.ending or PurePosixPath(file.path).suffix.lower(),
                file.size,
                file.url if file.url.startswith("https://") and len(file.url) <= 2000 else "",
                file.reason,
                file.extra,
            )


def shown_path(path: str) -> str:
    """A file's name with its folders, as it may be shown: nothing in it leads anywhere."""
    parts = [
        clean_name(part) for part in path.replace("\\", "/").split("/") if part.strip() not in ("", ".", "..")
    ]
    shown = "/".join(parts)
    return shown if shown and len(shown) <= LONGEST_NAME else clean_name(shown)


def _reason(visit: Visit, file: RemoteFile) -> str:
    """Why a file is not even asked for; empty where it is."""
    if file.reason:
        return file.reason
    if file.ending not in BY_EXTENSION or BY_EXTENSION[file.ending].name == "zip":
        return "kind"
    if file.size is not None and file.size > visit.largest:
        return "size"
    return "empty" if file.size == 0 else ""


def _read(visit: Visit, file: RemoteFile) -> bool:
    """Fetch and keep one file; says whether the service answered."""
    visit.look.renew()
    reason, stored, answered = "", None, True
    try:
        with intelligible(visit.service):
            data = visit.origin.fetch(visit.service, visit.pick, file, visit.largest)
        stored = _stored(visit, file, data)
    except (NotConnected, Throttled, HostForbidden):
        raise
    except RemoteMissing:
        reason = "gone"
    except RemoteRefused:
        reason = "access"
    except EgressTooLarge:
        reason = "size"
    except (OriginError, EgressError):
        reason, answered = "failed", False
    except ParsingFailed as failure:
        reason = "size" if failure.code == "too_much_text" else "content"
    except EmptyFile:
        reason = "empty"
    except KindForbidden:
        reason = "policy"
    except (UnsupportedFile, WrongContent):
        reason = "content"
    _keep(visit, file, stored, reason)
    return answered


def _keep(visit: Visit, file: RemoteFile, stored: StoredFile | None, reason: str) -> None:
    if stored is not None:
        try:
            with tenant_scope(visit.look.organisation_id, durable=True):
                kept = keep_remote_file(visit.look, file, stored, run=visit.run)
            if kept is Kept.DOUBLE:
                reason = "double"
        except KnowledgeFull:
            reason = "room"
    if reason:
        with tenant_scope(visit.look.organisation_id, durable=True):
            pass_over(visit.look, file, reason, run=visit.run, sha=stored.sha256 if stored else "")


def _stored(visit: Visit, file: RemoteFile, data: bytes) -> StoredFile:
    if not data.strip():
        raise EmptyFile(name=file.path)
    opened = BytesIO(data)
    format_ = format_of(f"file{file.ending}", opened)
    check_allowed_kind(visit.policy, file.path, format_)
    whole: Any = File(opened, name=file.path)
    return store_file(whole, name=file.path, format=format_, organisation_id=visit.organisation.public_id)


def _queue_rest(look: Look) -> None:
    with tenant_scope(look.organisation_id, durable=True):
        source = look.load()
        look.update(look="", look_until=timezone.now() + LOOK)
        send_look(organisation_id=look.organisation_id, source_id=source.public_id)


def _put_off(look: Look, seconds: float) -> None:
    """Let the sweeper go on once the service may be asked again."""
    with tenant_scope(look.organisation_id, durable=True):
        look.update(look="", look_until=timezone.now() + timedelta(seconds=seconds), look_attempts=0)
