"""What goes wrong at the other side does no harm here, and is told."""

from typing import Any

import pytest

from assistants.actions.origins import visiting
from assistants.connections.actions.end_connection import end_connection
from assistants.connections.models import Connection
from assistants.knowledge.actions.remove_source import remove_source
from assistants.knowledge.models import SourceSet
from kernel.errors import NotFound
from kernel.models import OutboxEvent
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.fakes.drive_server import DriveFake
from tests.fakes.website import website
from tests.fixtures.jobs import RunJobs
from tests.origins.conftest import Connect, add, again, files_of, left_out, look, present

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = {"folder": "root"}


def told(actor: Actor) -> int:
    with tenant_scope(actor.organisation):
        rows = OutboxEvent.objects.for_organisation(actor.organisation)
        return int(rows.filter(kind="source.disconnected").count())


def test_a_revoked_connection_stops_the_sync_is_told_once_and_goes_on_when_connected_again(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect, run_jobs: RunJobs
) -> None:
    rent = drive.file("rent.txt", b"The rent is 1,450 euros.")
    source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
    run_jobs()
    kept = files_of(source)
    drive.tokens.clear()
    stopped = again(alice, source)
    assert stopped.sync_error == "connection_missing" and stopped.sync_at is None
    assert (
        stopped.look_until is None
        and files_of(source)["rent.txt"].document_id == kept["rent.txt"].document_id
    )
    again(alice, source)
    assert told(alice) == 1
    with tenant_scope(alice.organisation):
        assert Connection.objects.for_organisation(alice.organisation).get().state == Connection.State.BROKEN
    drive.tokens.add("new-token")
    drive.write(rent, b"The rent is 1,500 euros.")
    connect(alice, "drive", "new-token")
    run_jobs()
    gone_on = present(source)
    assert gone_on.sync_error == "" and gone_on.sync_at is not None
    assert files_of(source)["rent.txt"].document_id != kept["rent.txt"].document_id


def test_a_connection_that_its_person_ended_signs_no_more(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect
) -> None:
    drive.file("rent.txt", b"The rent is 1,450 euros.")
    connection = connect(alice, "drive")
    source = add(alice, source_set, connection, "drive", ROOT)
    end_connection(actor=alice, connection_id=connection.public_id)
    drive.forget()
    assert again(alice, source).sync_error == "connection_missing"
    assert drive.asked == [] and list(files_of(source)) == ["rent.txt"]


def test_nobody_reads_with_anothers_connection(
    alice: Actor, erin: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect
) -> None:
    connection = connect(alice, "drive")
    with pytest.raises(NotFound):
        add(erin, source_set, connection, "drive", ROOT)


def test_rate_limits_are_waited_for(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect, hurried: list[float]
) -> None:
    drive.file("rent.txt", b"The rent is 1,450 euros.")
    drive.limited, drive.retry_after = 2, "7"
    source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
    assert hurried == [7.0, 7.0] and list(files_of(source)) == ["rent.txt"]
    drive.limited, drive.retry_after = 1, "300"
    later = again(alice, source)
    # Too long to sit and wait: the sweeper goes on then.
    assert later.look == "" and later.look_until is not None and later.sync_error == ""
    assert (later.look_until - later.synced_at).total_seconds() > 290
    assert look(source).look_until is None


def test_hostile_files_do_no_harm(
    alice: Actor,
    source_set: SourceSet,
    drive: DriveFake,
    connect: Connect,
    settings: Any,
    hurried: list[float],
) -> None:
    settings.MAX_UPLOAD_MB = 1
    drive.file("fine.txt", b"The rent is 1,450 euros.")
    drive.file("says-so.txt", b"x", size=300 * 1024 * 1024)
    liar = drive.file("liar.txt", b"y" * 2_000_000, size=10)
    drive.file("../../etc/passwd\n\u202egpj.txt", b"Names lead nowhere.")
    drive.file("disguised.pdf", b"MZ\x90 not a document")
    drive.file("empty.txt", b"")
    moved = drive.file("moved.txt", b"z")
    broken = drive.file("broken.txt", b"w")
    drive.failing.add(f"/files/{broken}")
    with website() as trap:
        drive.leads_to[f"/files/{moved}"] = f"{trap.url}/secret.txt"
        source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
        assert trap.asked == []
    assert sorted(files_of(source)) == [".._.._etc_passwdgpj.txt", "fine.txt"]
    assert left_out(source) == {
        "left_out_access": ["moved.txt"],
        "left_out_content": ["disguised.pdf"],
        "left_out_empty": ["empty.txt"],
        "left_out_failed": ["broken.txt"],
        "left_out_size": ["says-so.txt", "liar.txt"],
    }
    drive.forget()
    drive.failing.clear()
    drive.leads_to.clear()
    source = again(alice, source)
    # What may be over is tried again; what is too large is not even asked for.
    assert {"moved.txt", "broken.txt"} <= files_of(source).keys()
    assert not any(f"/files/{liar}?" in asked for asked in drive.asked)


def test_a_service_that_fails_for_long_is_tried_anew_by_the_next_sync(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect, hurried: list[float]
) -> None:
    keys = [drive.file(f"{number}.txt", f"Text {number}".encode()) for number in range(6)]
    drive.failing.update(f"/files/{key}" for key in keys)
    source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
    assert source.sync_error == "origin_unavailable" and "_run" not in source.settings
    drive.failing.clear()
    assert again(alice, source).sync_error == "" and len(files_of(source)) == 6


def test_an_answer_that_is_no_such_thing_is_the_services_failure(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect
) -> None:
    drive.answer = lambda *_: {"id": "root", "files": [{"id": "x", "name": "y", "parents": 3}]}  # type: ignore[method-assign]
    assert add(alice, source_set, connect(alice, "drive"), "drive", ROOT).sync_error == "origin_unavailable"


def test_a_folder_that_is_gone_keeps_what_was_read(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect
) -> None:
    folder = drive.folder("House")
    drive.file("rent.txt", b"The rent is 1,450 euros.", folder)
    source = add(alice, source_set, connect(alice, "drive"), "drive", {"folder": folder})
    drive.entries[folder]["shown"] = False
    assert again(alice, source).sync_error == "origin_missing" and list(files_of(source)) == ["rent.txt"]


def test_what_somebody_took_out_stays_out_and_a_given_name_stays(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect
) -> None:
    rent = drive.file("rent.txt", b"The rent is 1,450 euros.")
    drive.file("pets.txt", b"One small dog is welcome.")
    source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
    kept = files_of(source)
    remove_source(actor=alice, source_set=source_set, source_id=kept["pets.txt"].public_id)
    with tenant_scope(alice.organisation, durable=True):
        type(source).objects.for_organisation(alice.organisation).filter(pk=kept["rent.txt"].pk).update(
            name="Rent"
        )
    drive.rename(rent, "rent-2026.txt")
    assert list(files_of(again(alice, source))) == ["Rent"]


def test_work_goes_on_where_a_slice_ended(
    alice: Actor,
    source_set: SourceSet,
    drive: DriveFake,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for number in range(3):
        drive.file(f"{number}.txt", f"Text {number}".encode())
    monkeypatch.setattr(visiting, "SLICE_SECONDS", -1.0)
    source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
    assert source.look_until is not None and source.settings["_progress"] == [0, 3]
    monkeypatch.setattr(visiting, "SLICE_SECONDS", 40.0)
    done = look(source)
    assert done.look_until is None and "_run" not in done.settings and len(files_of(source)) == 3


def test_bounds_are_told(
    alice: Actor,
    source_set: SourceSet,
    drive: DriveFake,
    connect: Connect,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(visiting, "MOST_FILES", 2)
    drive.page = 1
    for number in range(3):
        drive.file(f"{number}.txt", f"Text {number}".encode())
    source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
    assert sorted(files_of(source)) == ["0.txt", "1.txt"] and left_out(source) == {"left_out_many": ["2.txt"]}


def test_the_same_place_again_is_read_by_who_added_it_last(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect, erin: Actor
) -> None:
    drive.file("rent.txt", b"The rent is 1,450 euros.")
    source = add(alice, source_set, connect(alice, "drive"), "drive", ROOT)
    drive.tokens.add("another")
    taken = add(erin, source_set, connect(erin, "drive", "another"), "drive", {"folder": "root", "name": "x"})
    assert taken.pk == source.pk
    assert taken.settings["_user"] == erin.user.public_id  # type: ignore[union-attr]
