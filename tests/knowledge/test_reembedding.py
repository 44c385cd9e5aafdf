"""From one embedding model to another: in the background, and the old one answers until the very moment of the swap."""

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from assistants.knowledge.actions.embed_document import embed_document
from assistants.knowledge.actions.keep_embedders import keep_embedders
from assistants.knowledge.actions.parse_document import parse_document
from assistants.knowledge.actions.reembed_set import reembed_set
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.start_reembedding import EmbedderServes, start_reembedding
from assistants.knowledge.actions.stop_reembedding import NothingToStop, stop_reembedding
from assistants.knowledge.models import Document, PassageVector, PendingVector, Reembedding, Source, SourceSet
from assistants.knowledge.reembedding import EmbeddingState, embedding_state, estimate
from billing.actions.set_allowance import set_allowance
from billing.models import UsageRecord
from kernel.errors import InvalidInput, PermissionDenied
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.environment import trust_environment
from providers.gateway import BUILT_IN_EMBEDDER
from tests.factories.knowledge import RENT, document_of, make_source_set, upload
from tests.factories.providers import make_price
from tests.fakes.model_server import DIMENSIONS, ModelServer
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
ELSEWHERE = "openai/embed"
BUILT_IN = 384


@pytest.fixture(autouse=True)
def elsewhere(settings: Any, model_server: ModelServer) -> None:
    """The installation has a second embedding model; the built-in one is the operator's choice."""
    settings.OPENAI_BASE_URL = model_server.base_url
    trust_environment()
    call_command("sync_models")


@pytest.fixture
def source_set(alice: Actor, run_jobs: RunJobs) -> SourceSet:
    """One that the built-in model serves."""
    made = make_source_set(alice)
    upload(alice, made)
    run_jobs()
    return made


def dimensions(source_set: SourceSet, model: type[Any] = PassageVector) -> list[int]:
    with tenant_scope(source_set.organisation_id):
        rows = model.objects.for_organisation(source_set.organisation_id).filter(source_set_id=source_set.pk)
        return [len(row.embedding) for row in rows.exclude(embedding=None)]


def state(source_set: SourceSet) -> EmbeddingState:
    with tenant_scope(source_set.organisation_id):
        return embedding_state(source_set)


def start(actor: Actor, source_set: SourceSet, model: str = ELSEWHERE) -> None:
    start_reembedding(actor=actor, source_set=source_set, model=model)


def work(source_set: SourceSet) -> None:
    reembed_set(organisation_id=source_set.organisation_id, source_set_id=source_set.public_id)


def test_a_set_goes_over_to_another_model(alice: Actor, source_set: SourceSet, run_jobs: RunJobs) -> None:
    start(alice, source_set)
    before = state(source_set)
    assert before.next is not None
    assert (before.model, before.next.model, before.next.done, before.next.total) == (
        BUILT_IN_EMBEDDER,
        ELSEWHERE,
        0,
        3,
    )
    assert dimensions(source_set) == [BUILT_IN] * 3
    run_jobs()
    assert state(source_set) == EmbeddingState(ELSEWHERE, 3, None)
    assert dimensions(source_set) == [DIMENSIONS] * 3
    assert dimensions(source_set, PendingVector) == []
    with tenant_scope(alice.organisation):
        (document,) = Document.objects.for_organisation(alice.organisation)
    assert (document.state, document.embedder) == ("ready", ELSEWHERE)


def test_documents_that_only_versions_need_come_along(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    with tenant_scope(alice.organisation):
        (source,) = Source.objects.for_organisation(alice.organisation)
    new = ContentFile(RENT.replace("1,450", "1,500").encode())
    replace_file(actor=alice, source_set=source_set, source_id=source.public_id, upload=new, name="lease.md")
    run_jobs()
    start(alice, source_set)
    run_jobs()
    assert dimensions(source_set) == [DIMENSIONS] * 6
    with tenant_scope(alice.organisation):
        documents = Document.objects.for_organisation(alice.organisation)
        assert set(documents.values_list("embedder", flat=True)) == {ELSEWHERE}


def test_the_old_model_serves_while_the_new_one_fails(
    alice: Actor, source_set: SourceSet, model_server: ModelServer, run_jobs: RunJobs
) -> None:
    model_server.embedding_faults.extend([401] * 8)
    start(alice, source_set)
    run_jobs()
    present = state(source_set)
    assert present.model == BUILT_IN_EMBEDDER
    assert present.next is not None
    assert present.next.error_code == "provider_unauthorised"
    assert dimensions(source_set) == [BUILT_IN] * 3
    model_server.embedding_faults.clear()
    start(alice, source_set)  # asked again, it is tried at once
    run_jobs()
    assert state(source_set).model == ELSEWHERE


def test_what_was_made_before_a_crash_is_not_made_again(
    alice: Actor, source_set: SourceSet, model_server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(alice, source_set)
    monkeypatch.setattr("assistants.knowledge.actions.reembed_set.FIRST_BATCH", 1)
    monkeypatch.setattr("assistants.knowledge.actions.reembed_set.next_size", lambda size, seconds: 1)
    model_server.embedding_faults.extend([0, 400])
    work(source_set)
    assert dimensions(source_set, PendingVector) == [DIMENSIONS]
    asked = len(model_server.embeddings)
    work(source_set)
    assert len(model_server.embeddings) == asked + 2
    assert state(source_set) == EmbeddingState(ELSEWHERE, 3, None)


def test_somebody_else_s_lease_is_left_alone(alice: Actor, source_set: SourceSet) -> None:
    start(alice, source_set)
    with tenant_scope(alice.organisation, durable=True):
        rows = Reembedding.objects.for_organisation(alice.organisation)
        rows.update(lease="x", lease_until="2100-01-01T00:00Z")
    work(source_set)
    assert state(source_set).model == BUILT_IN_EMBEDDER


def test_it_can_be_stopped(alice: Actor, source_set: SourceSet, run_jobs: RunJobs) -> None:
    start(alice, source_set)
    stop_reembedding(actor=alice, source_set=source_set)
    run_jobs()
    assert state(source_set) == EmbeddingState(BUILT_IN_EMBEDDER, 3, None)
    assert dimensions(source_set, PendingVector) == []
    with pytest.raises(NothingToStop):
        stop_reembedding(actor=alice, source_set=source_set)


def test_a_document_that_came_meanwhile_is_among_them(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    start(alice, source_set)
    source = upload(alice, source_set, name="hours.txt", data="The workshop opens at nine.")
    parse_document(organisation_id=alice.organisation.pk, document_id=document_of(source).public_id)
    work(source_set)  # it has no vector of the old model yet, and gets one of the new one
    assert dimensions(source_set) == [DIMENSIONS] * 4
    assert document_of(source).state == "ready"
    embed_document(organisation_id=alice.organisation.pk, document_id=document_of(source).public_id)
    assert dimensions(source_set) == [DIMENSIONS] * 4


def test_vectors_of_the_old_model_never_arrive_after_the_swap(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The swap comes between a batch's making and its storing."""
    source = upload(alice, source_set, name="hours.txt", data="The workshop opens at nine.")
    document = document_of(source)
    parse_document(organisation_id=alice.organisation.pk, document_id=document.public_id)
    start(alice, source_set)
    from providers.adapters.local_embedder import LocalEmbedder

    embed = LocalEmbedder.embed

    def meanwhile(self: LocalEmbedder, texts: list[str]) -> Any:
        work(source_set)
        return embed(self, texts)

    monkeypatch.setattr(LocalEmbedder, "embed", meanwhile)
    embed_document(organisation_id=alice.organisation.pk, document_id=document.public_id)
    monkeypatch.setattr(LocalEmbedder, "embed", embed)
    run_jobs()
    assert dimensions(source_set) == [DIMENSIONS] * 4
    assert (document_of(source).state, document_of(source).embedder) == ("ready", ELSEWHERE)


def test_sets_follow_the_operator(
    settings: Any, alice: Actor, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    keep_embedders()
    assert state(source_set).next is None
    settings.EMBEDDING_MODEL = "embed"
    keep_embedders()
    keep_embedders()
    run_jobs()
    assert state(source_set) == EmbeddingState(ELSEWHERE, 3, None)


def test_what_somebody_stopped_does_not_begin_again_by_itself(
    settings: Any, alice: Actor, source_set: SourceSet
) -> None:
    settings.EMBEDDING_MODEL = "embed"
    keep_embedders()
    stop_reembedding(actor=alice, source_set=source_set)
    keep_embedders()
    assert state(source_set).next is None
    start(alice, source_set)
    assert state(source_set).next is not None


def test_only_some_sets_are_on_their_way_at_a_time(
    settings: Any, alice: Actor, source_set: SourceSet, monkeypatch: pytest.MonkeyPatch, run_jobs: RunJobs
) -> None:
    second = make_source_set(alice)
    upload(alice, second)
    run_jobs()
    monkeypatch.setattr("assistants.knowledge.actions.keep_embedders.AT_ONCE", 1)
    settings.EMBEDDING_MODEL = "embed"
    keep_embedders()
    assert [bool(state(one).next) for one in (source_set, second)] == [True, False]


def test_a_lost_task_is_sent_again(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs, redis_client: Any
) -> None:
    start(alice, source_set)
    redis_client.flushdb()
    with tenant_scope(alice.organisation, durable=True):
        Reembedding.objects.for_organisation(alice.organisation).update(lease_until="2020-01-01T00:00Z")
    keep_embedders()
    run_jobs()
    assert state(source_set).model == ELSEWHERE


def test_the_same_bytes_in_two_sets_are_asked_once(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs, model_server: ModelServer
) -> None:
    second = make_source_set(alice)
    upload(alice, second)
    run_jobs()
    start(alice, source_set)
    run_jobs()
    asked = len(model_server.embeddings)
    with tenant_scope(alice.organisation):
        assert estimate(second, ELSEWHERE).passages == 3
    start(alice, second)
    run_jobs()
    assert (dimensions(second), len(model_server.embeddings)) == ([DIMENSIONS] * 3, asked)


def test_a_set_without_passages_is_given_to_a_model_at_once(alice: Actor, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    start(alice, source_set)
    upload(alice, source_set)
    run_jobs()
    assert state(source_set) == EmbeddingState(ELSEWHERE, 3, None)


def test_what_it_cannot_be_asked(alice: Actor, bob: Actor, source_set: SourceSet) -> None:
    with pytest.raises(InvalidInput):
        start(alice, source_set, "openai/chat")
    with pytest.raises(EmbedderServes):
        start(alice, source_set, BUILT_IN_EMBEDDER)
    with pytest.raises(PermissionDenied):
        start(bob, source_set)


def test_what_it_costs_is_shown_before_and_charged_once(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    make_price(ELSEWHERE, 1_000_000_000)
    with tenant_scope(alice.organisation):
        expected = estimate(source_set, ELSEWHERE)
    assert expected.passages == 3
    assert expected.cost == expected.tokens * 1000
    start(alice, source_set)
    run_jobs()
    with tenant_scope(alice.organisation):
        (record,) = UsageRecord.objects.for_organisation(alice.organisation)
        (document,) = Document.objects.for_organisation(alice.organisation)
        assert (record.kind, record.model, record.cost) == (
            "embedding",
            ELSEWHERE,
            record.input_tokens * 1000,
        )
        assert document.cost == record.cost > 0


def test_without_an_allowance_the_old_model_goes_on(
    alice: Actor, source_set: SourceSet, run_jobs: RunJobs
) -> None:
    make_price(ELSEWHERE, 1_000_000_000)
    set_allowance(organisation=alice.organisation, limit=1)
    start(alice, source_set)
    run_jobs()
    present = state(source_set)
    assert present.next is not None
    assert (present.model, present.next.error_code) == (BUILT_IN_EMBEDDER, "allowance_used_up")
    set_allowance(organisation=alice.organisation, limit=10**12)
    start(alice, source_set)
    run_jobs()
    assert state(source_set).model == ELSEWHERE
