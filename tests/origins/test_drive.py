"""A folder of Google Drive: what changed, was renamed or deleted there arrives with the next look, and nothing else is read."""

import pytest

from assistants.knowledge.models import SourceSet
from organisations.actors import Actor
from tests.fakes.drive_server import DOCUMENT, DriveFake
from tests.fakes.files import word
from tests.fixtures.jobs import RunJobs
from tests.origins.conftest import Connect, add, again, files_of, left_out

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_folder_is_read_with_what_lies_below_it(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect, run_jobs: RunJobs
) -> None:
    deep = drive.folder("Rules", drive.folder("House"))
    drive.file("rent.txt", b"The rent is due on the first.")
    drive.file("pets.md", b"# Pets\n\nOne small dog is welcome.", deep)
    source = add(alice, source_set, connect(alice, "drive"), "drive", {"folder": "root", "name": "Office"})
    assert source.name == "Google Drive: Office" and source.sync_error == ""
    run_jobs()
    kept = files_of(source)
    assert sorted(kept) == ["House/Rules/pets.md", "rent.txt"]
    assert {str(one.document.state) for one in kept.values() if one.document} == {"ready"}
    assert kept["rent.txt"].url.startswith("https://drive.google.com/")


def test_what_changed_was_renamed_or_deleted_arrives_and_nothing_else_is_fetched(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect
) -> None:
    rent = drive.file("rent.txt", b"The rent is 1,450 euros.")
    pets = drive.file("pets.txt", b"One small dog is welcome.")
    bins = drive.file("bins.txt", b"Bins go out on Monday.")
    drive.file("keys.txt", b"Two keys are handed out.")
    source = add(alice, source_set, connect(alice, "drive"), "drive", {"folder": "root"})
    before = {name: one.document_id for name, one in files_of(source).items()}
    drive.write(rent, b"The rent is 1,500 euros.")
    drive.rename(pets, "animals.txt")
    drive.delete(bins)
    drive.forget()
    after = {name: one.document_id for name, one in files_of(again(alice, source)).items()}
    assert [asked.split("?")[0] for asked in drive.fetched()] == [f"GET /files/{rent}"]
    assert after.keys() == {"rent.txt", "animals.txt", "keys.txt"}
    assert after["animals.txt"] == before["pets.txt"] and after["keys.txt"] == before["keys.txt"]
    assert after["rent.txt"] != before["rent.txt"]


def test_googles_own_documents_are_exported(
    alice: Actor, source_set: SourceSet, drive: DriveFake, connect: Connect
) -> None:
    drive.file("Plan", word([("Normal", "We meet in June.")]), kind=DOCUMENT)
    drive.file("Survey", b"", kind="application/vnd.google-apps.form")
    source = add(alice, source_set, connect(alice, "drive"), "drive", {"folder": "root"})
    kept = files_of(source)
    assert list(kept) == ["Plan"] and kept["Plan"].document
    assert kept["Plan"].document.format == "docx"
    assert left_out(source) == {"left_out_kind": ["Survey"]}
