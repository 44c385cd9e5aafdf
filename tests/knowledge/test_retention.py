"""What nothing needs any more goes: documents, sources and bytes; what anything needs stays."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from assistants.building.actions.publish import publish
from assistants.knowledge.actions.remove_source import remove_source, restore_source
from assistants.knowledge.actions.remove_unneeded import remove_unneeded
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.files import store_file
from assistants.knowledge.formats import BY_NAME
from assistants.knowledge.models import Document, Passage, PassageVector, Source, SourceSet, StoredBytes
from kernel import registries
from kernel.registries import KnowledgeHolder
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from tests.factories.building import make_assistant
from tests.factories.knowledge import RENT, document_of, make_source_set, upload
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
LONG_AGO = timedelta(days=31)


@pytest.fixture
def needed(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[int]]:
    """Documents that versions hold."""
    keys: set[int] = set()
    holders = registries.Registry[KnowledgeHolder]()
    holders.register(KnowledgeHolder("tests", lambda _, found: keys & set(found), lambda *_: None))
    monkeypatch.setattr(registries, "knowledge_holders", holders)
    yield keys


def age(actor: Actor, by: timedelta = LONG_AGO) -> None:
    """Let everything that is there be older."""
    with tenant_scope(actor.organisation, durable=True):
        then = timezone.now() - by
        Document.objects.for_organisation(actor.organisation).update(created_at=then)
        Source.objects.for_organisation(actor.organisation).exclude(removed_at=None).update(removed_at=then)
        StoredBytes.objects.for_organisation(actor.organisation).update(since=then)


def replace(actor: Actor, source: Source, text: str) -> None:
    replace_file(
        actor=actor,
        source_set=source.source_set,
        source_id=source.public_id,
        upload=ContentFile(text.encode()),
        name=source.name,
    )


def rows(actor: Actor, model: type[Any]) -> int:
    with tenant_scope(actor.organisation):
        return int(model.objects.for_organisation(actor.organisation).count())


def test_a_revision_goes_once_no_version_needs_it(alice: Actor, run_jobs: RunJobs, needed: set[int]) -> None:
    source = upload(alice, make_source_set(alice))
    run_jobs()
    old = document_of(source)
    needed.add(old.pk)
    replace(alice, source, RENT.replace("1,450", "1,500"))
    run_jobs()
    age(alice)
    remove_unneeded()
    assert (rows(alice, Document), rows(alice, PassageVector)) == (2, 6)
    needed.clear()
    remove_unneeded()
    assert (rows(alice, Document), rows(alice, Passage), rows(alice, PassageVector)) == (1, 3, 3)
    assert default_storage.exists(old.storage_key), "its bytes are looked at later"
    age(alice)
    remove_unneeded()
    assert not default_storage.exists(old.storage_key)
    assert default_storage.exists(document_of(source).storage_key)
    assert rows(alice, StoredBytes) == 0


def test_what_answers_until_the_new_revision_can_stays(
    alice: Actor, run_jobs: RunJobs, needed: set[int]
) -> None:
    source = upload(alice, make_source_set(alice))
    run_jobs()
    replace(alice, source, "Nobody has read this yet.")
    age(alice)
    remove_unneeded()
    assert rows(alice, Document) == 2


def test_a_young_revision_stays(alice: Actor, run_jobs: RunJobs, needed: set[int]) -> None:
    source = upload(alice, make_source_set(alice))
    run_jobs()
    replace(alice, source, "Something else.")
    run_jobs()
    remove_unneeded()
    assert rows(alice, Document) == 2


def test_a_removed_source_comes_back_within_30_days(
    alice: Actor, run_jobs: RunJobs, needed: set[int]
) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    run_jobs()
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    age(alice, timedelta(days=29))
    remove_unneeded()
    restore_source(actor=alice, source_set=source_set, source_id=source.public_id)
    assert document_of(source).state == "ready"
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    age(alice)
    remove_unneeded()
    assert (rows(alice, Document), rows(alice, Source)) == (0, 0)


def test_a_removed_source_stays_as_long_as_a_version_holds_it(
    alice: Actor, run_jobs: RunJobs, needed: set[int]
) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set)
    run_jobs()
    needed.add(document_of(source).pk)
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    age(alice)
    remove_unneeded()
    assert (rows(alice, Document), rows(alice, Source)) == (1, 1)


def test_bytes_go_with_the_last_document_that_has_them(
    alice: Actor, run_jobs: RunJobs, needed: set[int]
) -> None:
    first, second = make_source_set(alice), make_source_set(alice)
    source, other = upload(alice, first), upload(alice, second)
    run_jobs()
    key = document_of(source).storage_key
    assert document_of(other).storage_key == key
    remove_source(actor=alice, source_set=first, source_id=source.public_id)
    age(alice)
    remove_unneeded()
    age(alice)
    remove_unneeded()
    assert rows(alice, Document) == 1
    assert default_storage.exists(key)


def test_bytes_that_were_stored_and_never_used_go(alice: Actor, needed: set[int]) -> None:
    stored = store(alice, "Never recorded.")
    remove_unneeded()
    assert default_storage.exists(stored)
    age(alice)
    remove_unneeded()
    assert not default_storage.exists(stored)


def test_who_brings_bytes_that_are_being_taken_away_stores_them_elsewhere(
    alice: Actor, needed: set[int]
) -> None:
    stored = store(alice, "Going.")
    with tenant_scope(alice.organisation, durable=True):
        StoredBytes.objects.for_organisation(alice.organisation).update(removing=True)
    again = store(alice, "Going.")
    assert again != stored
    assert default_storage.exists(again)
    age(alice)
    remove_unneeded()
    assert not default_storage.exists(stored)


def test_bytes_that_were_brought_again_are_young(alice: Actor, needed: set[int]) -> None:
    stored = store(alice, "Here again.")
    age(alice)
    store(alice, "Here again.")
    remove_unneeded()
    assert default_storage.exists(stored)


def store(actor: Actor, text: str) -> str:
    return store_file(
        ContentFile(text.encode()),
        name="note.txt",
        format=BY_NAME["txt"],
        organisation_id=actor.organisation.public_id,
    ).key


def test_versions_hold_their_documents(alice: Actor, run_jobs: RunJobs) -> None:
    assistant = make_assistant(alice)
    source_set: SourceSet = assistant.source_set
    source = upload(alice, source_set)
    run_jobs()
    publish(actor=alice, assistant_id=assistant.public_id, visibility="organisation")
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    age(alice)
    remove_unneeded()
    assert (rows(alice, Document), rows(alice, Source)) == (1, 1)
