"""A zip of files: each that can be read becomes a source of its own, once, whatever happens on the way."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from assistants.knowledge.actions.remove_source import remove_source, restore_source
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.resume_documents import resume_documents
from assistants.knowledge.actions.unpack_archive import unpack_archive
from assistants.knowledge.leases import LeaseLost, claim
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.presentation import sentence_of, source_json
from assistants.knowledge.queries import source_rows
from assistants.knowledge.retrieval import retrieve
from assistants.knowledge.standing import sources_standing
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.knowledge import RENT, document_of, make_source_set, reload_source, scope_of, upload
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
State = Document.State
PETS = "# Pets\n\nOne parrot may live in the kitchen.\n"


def zipped(**members: bytes | str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


GOOD = zipped(**{"lease/rent.md": RENT, "lease/pets.md": PETS, "__MACOSX/._rent.md": "x", "lease/": ""})


def children_of(source: Source) -> dict[str, Source]:
    with tenant_scope(source.organisation_id):
        rows = source_rows(source.source_set).filter(parent=source)
        return {child.name: child for child in rows}


def names(source_set: SourceSet) -> list[str]:
    with tenant_scope(source_set.organisation_id):
        return sorted(source_rows(source_set).values_list("name", flat=True))


def warnings_in(source: Source) -> dict[str, str]:
    shown = source_json(reload_source(source))
    return {warning["code"]: warning["message"] for warning in shown["warnings"]}


def test_each_file_becomes_a_source_that_answers(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set, name="lease.zip", data=GOOD)
    run_jobs()
    document = document_of(source)
    assert (document.state, document.passages, document.error_code) == (State.READY, 0, "")
    assert sentence_of(document) == "Ready: 2 files, each a source of its own"
    assert children_of(source).keys() == {"lease/rent.md", "lease/pets.md"}
    (found, *_) = retrieve(scope_of(source_set), "Where may the parrot live?", k=3, budget_tokens=1000)
    assert (found.title, found.text) == ("lease/pets.md", "One parrot may live in the kitchen.")
    with tenant_scope(alice.organisation):
        assert len(sources_standing(source_set).ready) == 3


def test_what_is_left_out_is_told_with_its_reason(alice: Actor, run_jobs: RunJobs) -> None:
    members = {
        "a.md": RENT,
        "again.md": RENT,
        "run.exe": b"MZ",
        "inner.zip": GOOD,
        "false.pdf": "no pdf",
        "empty.txt": "",
    }
    source = upload(alice, make_source_set(alice), name="mixed.zip", data=zipped(**members))
    run_jobs()
    assert children_of(source).keys() == {"a.md"}
    told = warnings_in(source)
    assert told.keys() == {
        "left_out_double",
        "left_out_kind",
        "left_out_nested",
        "left_out_content",
    }
    assert "again.md" in told["left_out_double"] and "run.exe" in told["left_out_kind"]
    assert "false.pdf, empty.txt" in told["left_out_content"]


@pytest.mark.parametrize(
    ("members", "code"),
    [({"run.exe": b"MZ"}, "nothing_readable"), ({"../up.md": RENT}, "unsafe_archive")],
)
def test_a_zip_of_nothing_fails_with_its_reason(
    alice: Actor, run_jobs: RunJobs, members: dict[str, bytes], code: str
) -> None:
    source = upload(alice, make_source_set(alice), name="a.zip", data=zipped(**members))
    run_jobs()
    assert (document_of(source).state, document_of(source).error_code) == (State.FAILED, code)
    assert children_of(source) == {}


def test_a_crash_in_the_middle_loses_and_doubles_nothing(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set, name="lease.zip", data=GOOD)
    document = document_of(source)
    states = (State.UPLOADED,)
    lease = claim(organisation_id=alice.organisation.pk, document_id=document.public_id, states=states)
    assert lease is not None
    with tenant_scope(alice.organisation, durable=True):  # it died, and its lease ran out
        rows = Document.objects.for_organisation(alice.organisation).filter(pk=document.pk)
        rows.update(state=State.PARSING, lease_until=timezone.now() - timedelta(seconds=1))
        held = rows.select_related("organisation", "source").get()
    unpack_archive(lease, held)
    assert len(children_of(source)) == 2
    with tenant_scope(alice.organisation, durable=True):
        rows.update(state=State.PARSING, lease="gone", lease_until=timezone.now() - timedelta(seconds=1))
    with pytest.raises(LeaseLost):
        unpack_archive(lease, held)
    resume_documents()
    run_jobs()
    assert document_of(source).state == State.READY
    assert names(source_set) == ["lease.zip", "lease/pets.md", "lease/rent.md"]


def test_removing_it_takes_its_files_along_and_back(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set, name="lease.zip", data=GOOD)
    run_jobs()
    gone = children_of(source)["lease/pets.md"]
    remove_source(actor=alice, source_set=source_set, source_id=gone.public_id)
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    assert names(source_set) == [] and scope_of(source_set).document_ids == ()
    restore_source(actor=alice, source_set=source_set, source_id=source.public_id)
    assert names(source_set) == ["lease.zip", "lease/rent.md"]


def test_a_new_revision_changes_only_what_is_different(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set, name="lease.zip", data=GOOD)
    run_jobs()
    before = children_of(source)
    revised = zipped(**{"lease/rent.md": RENT + "\nNo snakes.\n", "lease/parrots.md": PETS})
    replace(alice, source, revised, "lease.zip")
    run_jobs()
    after = children_of(source)
    assert after.keys() == {"lease/rent.md", "lease/parrots.md"}
    assert after["lease/rent.md"].pk == before["lease/rent.md"].pk
    assert after["lease/rent.md"].document_id != before["lease/rent.md"].document_id
    replace(alice, source, RENT.encode(), "lease.md")
    run_jobs()
    assert names(source_set) == ["lease.md"]


def replace(actor: Actor, source: Source, data: bytes, name: str) -> None:
    replace_file(
        actor=actor,
        source_set=source.source_set,
        source_id=source.public_id,
        upload=ContentFile(data),
        name=name,
    )


def test_its_files_are_kept_from_whom_it_is_kept(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(alice, make_source_set(alice), name="lease.zip", data=GOOD)
    with tenant_scope(alice.organisation, durable=True):
        Source.objects.for_organisation(alice.organisation).filter(pk=source.pk).update(
            restricted=True, tags=["lease"], showing=Source.Showing.HIDDEN
        )
    run_jobs()
    kept = {(c.restricted, tuple(c.tags), c.showing) for c in children_of(source).values()}
    assert kept == {(True, ("lease",), "hidden")}


def test_nothing_stays_on_the_disk(
    alice: Actor, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    upload(alice, make_source_set(alice), name="lease.zip", data=GOOD)
    run_jobs()
    assert list(tmp_path.iterdir()) == []
