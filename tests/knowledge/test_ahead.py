"""An embeddings server elsewhere is asked while words are stored: the document is ready as soon as it is read."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command

from assistants.knowledge.actions.parse_document import parse_document
from assistants.knowledge.models import Document, Passage, PassageVector, Source
from assistants.knowledge.retrieval import retrieve
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.environment import trust_environment
from providers.gateway import BUILT_IN_EMBEDDER
from tests.factories.knowledge import RENT, document_of, make_source_set, scope_of, upload
from tests.fakes.model_server import ModelServer, bag_of_words
from tests.fixtures.jobs import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)
LONG = "\n\n".join(
    f"# Part {n}\n\nParagraph {n} tells of the number {n}. " + f"It is {n} again. " * 40 for n in range(700)
)
Elsewhere = Callable[[], None]


@pytest.fixture
def elsewhere(settings: Any, model_server: ModelServer) -> Elsewhere:
    """From now on the operator's server embeds."""

    def choose() -> None:
        settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
        trust_environment()
        call_command("sync_models")

    return choose


def read(source: Source) -> Document:
    parse_document(organisation_id=source.organisation_id, document_id=document_of(source).public_id)
    return document_of(source)


def vectors_of(document: Document) -> dict[int, list[float]]:
    with tenant_scope(document.organisation_id):
        rows = PassageVector.objects.for_organisation(document.organisation_id).filter(
            document_id=document.pk
        )
        return {row.pk: row.embedding for row in rows.exclude(embedding=None)}


def test_a_document_is_ready_once_it_is_read(alice: Actor, elsewhere: Elsewhere) -> None:
    elsewhere()
    document = read(upload(alice, make_source_set(alice), name="long.md", data=LONG))
    assert (document.state, document.lease, document.embedder) == ("ready", "", "openai/embed")
    assert document.done == document.total == document.passages > 512
    vectors = vectors_of(document)
    with tenant_scope(alice.organisation):
        passages = list(Passage.objects.for_organisation(alice.organisation).filter(document=document))
    assert len(vectors) == len(passages)
    for passage in passages[:: len(passages) // 20]:
        expected = bag_of_words(f"{passage.heading}\n{passage.text}")
        length = sum(value * value for value in expected) ** 0.5
        assert vectors[passage.pk] == pytest.approx([value / length for value in expected], abs=2e-3)


def test_what_the_server_does_not_answer_is_made_later(
    alice: Actor, elsewhere: Elsewhere, model_server: ModelServer, run_jobs: RunJobs
) -> None:
    elsewhere()
    source = upload(alice, make_source_set(alice))
    model_server.embedding_faults.append(400)
    document = read(source)
    assert (document.state, document.searchable, document.lease) == ("embedding", True, "")
    run_jobs()
    document = document_of(source)
    assert (document.state, len(vectors_of(document))) == ("ready", document.passages)


def test_a_set_keeps_its_model_where_the_operator_chooses_another(
    alice: Actor, elsewhere: Elsewhere, run_jobs: RunJobs
) -> None:
    source_set = make_source_set(alice)
    upload(alice, source_set, name="rent.txt", data=RENT)
    run_jobs()
    elsewhere()
    source = upload(
        alice, source_set, name="hours.txt", data="The workshop opens at nine. On Sundays it is closed."
    )
    run_jobs()
    assert (document_of(source).state, document_of(source).embedder) == ("ready", BUILT_IN_EMBEDDER)
    only = retrieve(scope_of(source_set), "Sundays at the workshop", k=5, budget_tokens=2000, mode="vector")
    assert only[0].document_id == document_of(source).public_id
    assert len({passage.document_id for passage in only}) == 2
