"""Costs and limits of the pipeline, and whose turn it is."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connections

from assistants.knowledge.actions import parse_document as parsing
from assistants.knowledge.actions.add_url import add_url
from assistants.knowledge.actions.parse_document import parse_document
from assistants.knowledge.actions.remove_source import remove_source, restore_source
from assistants.knowledge.actions.replace_file import replace_file
from assistants.knowledge.actions.retry_source import retry_source
from assistants.knowledge.actions.work_on_document import work_on_document
from assistants.knowledge.models import Document, Source
from assistants.knowledge.presentation import failure_of, sentence_of
from assistants.knowledge.room import BytesFull, FilesFull, PassagesFull, knowledge_room
from billing.actions.set_allowance import set_allowance
from billing.models import AllowancePeriod, Reservation, UsageRecord
from kernel import registries
from kernel.registries import KnowledgeLimits, Registry
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.environment import trust_environment
from tests.factories.knowledge import RENT, document_of, make_source_set, upload
from tests.factories.providers import make_price
from tests.fakes.model_server import ModelServer
from tests.fixtures.jobs import RunJobs
from tests.fixtures.people import api_client_for

pytestmark = pytest.mark.django_db(transaction=True)
MODEL = "openai/embed"
LONG = "\n\n".join(f"# Part {n}\n\nIt is {n}. " + f"It is {n} again. " * 40 for n in range(100))
Limit = Callable[..., None]


@pytest.fixture
def priced(settings: Any, model_server: ModelServer) -> None:
    """A server elsewhere embeds; a token costs 1,000 micro-units."""
    settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
    trust_environment()
    call_command("sync_models")
    make_price(MODEL, 1_000_000_000)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    """`limit(files=2)`: every organisation's plan."""

    def set_limit(**limits: int) -> None:
        rooms: Registry[Any] = Registry()
        rooms.register(lambda _: KnowledgeLimits(**limits))
        monkeypatch.setattr(registries, "knowledge_limits", rooms)

    return set_limit


def money(actor: Actor) -> tuple[int, int, int]:
    """What is recorded, spent and still reserved."""
    with tenant_scope(actor.organisation):
        records = list(UsageRecord.objects.for_organisation(actor.organisation))
        periods = list(AllowancePeriod.objects.for_organisation(actor.organisation))
        assert {record.kind for record in records} <= {"embedding"}
        return sum(r.cost for r in records), sum(p.spent for p in periods), sum(p.reserved for p in periods)


def crash_once(actor: Actor, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read a document and die before anything is kept of it."""

    def crash(*_: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(parsing, "swap_in", crash)
        parse_document(organisation_id=actor.organisation.pk, document_id=document_of(source).public_id)


def test_every_call_is_held_charged_and_summed_up(alice: Actor, priced: None, run_jobs: RunJobs) -> None:
    set_allowance(organisation=alice.organisation, limit=10**12)
    source = upload(alice, make_source_set(alice), name="long.md", data=LONG)
    run_jobs()
    document = document_of(source)
    assert document.state == "ready"
    recorded, spent, reserved = money(alice)
    assert (recorded, reserved) == (spent, 0)
    assert document.cost == spent == document.passages * 1000  # the server counts a token a text
    with tenant_scope(alice.organisation):
        held = Reservation.objects.for_organisation(alice.organisation)
        assert {one.state for one in held} == {"settled"}
        assert held.count() == UsageRecord.objects.for_organisation(alice.organisation).count() == 2


@pytest.mark.parametrize("crashes", [False, True])
def test_calls_without_a_price_are_recorded_each_and_once(
    alice: Actor,
    settings: Any,
    model_server: ModelServer,
    run_jobs: RunJobs,
    monkeypatch: pytest.MonkeyPatch,
    crashes: bool,
) -> None:
    settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
    trust_environment()
    call_command("sync_models")
    source = upload(alice, make_source_set(alice), name="long.md", data=LONG)
    if crashes:
        crash_once(alice, source, monkeypatch)
    run_jobs()
    document = document_of(source)
    with tenant_scope(alice.organisation):
        records = UsageRecord.objects.for_organisation(alice.organisation).order_by("reference", "ordinal")
        assert list(records.values_list("reference", "ordinal")) == [
            (f"{document.public_id}/ahead", 0),
            (f"{document.public_id}/ahead", 1),
        ]
        assert sum(record.input_tokens for record in records) == document.passages
        assert not Reservation.objects.for_organisation(alice.organisation).exists()


def test_work_done_again_after_a_crash_is_charged_once(
    alice: Actor, priced: None, run_jobs: RunJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = upload(alice, make_source_set(alice), name="long.md", data=LONG)
    crash_once(alice, source, monkeypatch)
    run_jobs()
    document = document_of(source)
    assert (document.state, document.cost) == ("ready", document.passages * 1000)
    assert money(alice) == (document.cost, document.cost, 0)


def test_the_built_in_model_costs_nothing(alice: Actor, run_jobs: RunJobs) -> None:
    source = upload(alice, make_source_set(alice))
    run_jobs()
    assert (document_of(source).state, document_of(source).cost) == ("ready", 0)
    assert money(alice) == (0, 0, 0)


def test_without_an_allowance_a_document_waits_and_says_so(
    alice: Actor, priced: None, run_jobs: RunJobs
) -> None:
    source_set = make_source_set(alice)
    set_allowance(organisation=alice.organisation, limit=1)
    source = upload(alice, source_set, name="long.md", data=LONG)
    run_jobs()
    document = document_of(source)
    assert (document.state, document.rests, document.searchable) == ("embedding", True, True)
    assert "allowance is used up" in sentence_of(document)
    shown = failure_of(document)
    assert shown is not None
    assert shown["code"] == "allowance_used_up"
    assert money(alice) == (0, 0, 0)
    set_allowance(organisation=alice.organisation, limit=10**12)
    retry_source(actor=alice, source_set=source_set, source_id=source.public_id)
    run_jobs()
    assert document_of(source).state == "ready"


def test_a_new_revision_is_asked_only_for_what_changed(
    alice: Actor, priced: None, run_jobs: RunJobs, model_server: ModelServer
) -> None:
    source_set = make_source_set(alice)
    source = upload(alice, source_set, name="long.md", data=LONG)
    run_jobs()
    asked = len(model_server.embeddings)
    changed = LONG.replace("It is 50.", "It was 50.")
    replace_file(
        actor=alice,
        source_set=source_set,
        source_id=source.public_id,
        upload=ContentFile(("# New\n\nA first part.\n\n" + changed).encode()),
        name="long.md",
    )
    run_jobs()
    document = document_of(source)
    texts = [text for one in model_server.embeddings[asked:] for text in one.body["input"]]
    assert document.state == "ready"
    assert len(texts) == 2
    assert document.cost == 2000


def test_sources_beyond_the_plan_are_refused(alice: Actor, limit: Limit) -> None:
    source_set = make_source_set(alice)
    limit(files=1)
    source = upload(alice, source_set)
    with pytest.raises(FilesFull, match=r"1 sources"):
        upload(alice, source_set, name="more.txt", data="More.")
    with pytest.raises(FilesFull):
        add_url(actor=alice, source_set=source_set, url="https://example.org/more")
    remove_source(actor=alice, source_set=source_set, source_id=source.public_id)
    upload(alice, source_set, name="more.txt", data="More.")
    with pytest.raises(FilesFull):
        restore_source(actor=alice, source_set=source_set, source_id=source.public_id)


def test_bytes_beyond_the_plan_are_refused(alice: Actor, limit: Limit) -> None:
    source_set = make_source_set(alice)
    limit(bytes=1000)
    source = upload(alice, source_set, data="a" * 900)
    with pytest.raises(BytesFull):
        upload(alice, source_set, name="more.txt", data="b" * 200)
    arguments = {"actor": alice, "source_set": source_set, "source_id": source.public_id, "name": "lease.md"}
    replace_file(upload=ContentFile(b"c" * 1000), **arguments)
    with pytest.raises(BytesFull):
        replace_file(upload=ContentFile(b"d" * 1001), **arguments)


def test_passages_beyond_the_plan_fail_with_a_sentence(alice: Actor, limit: Limit, run_jobs: RunJobs) -> None:
    source_set = make_source_set(alice)
    limit(passages=4)
    first, second = (
        upload(alice, source_set),
        upload(alice, source_set, name="b.md", data=RENT + "\n\n# More"),
    )
    run_jobs()
    states = sorted((document_of(one).state, document_of(one).error_code) for one in (first, second))
    assert states == [("failed", "passages_limit"), ("ready", "")]
    with tenant_scope(alice.organisation):
        assert knowledge_room(alice.organisation).passages == 3
    remove_source(actor=alice, source_set=source_set, source_id=first.public_id)
    retry_source(actor=alice, source_set=source_set, source_id=second.public_id)
    run_jobs()
    assert document_of(second).state == "ready"
    with pytest.raises(PassagesFull):
        restore_source(actor=alice, source_set=source_set, source_id=first.public_id)


def test_two_at_once_do_not_squeeze_in(alice: Actor, limit: Limit) -> None:
    source_set = make_source_set(alice)
    limit(files=1)

    def add(number: int) -> bool:
        try:
            upload(alice, source_set, name=f"{number}.txt", data=f"Number {number}.")
        except FilesFull:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(add, range(4))) == [False, False, False, True]


def test_a_full_plan_over_rest(alice: Actor, limit: Limit) -> None:
    limit(files=0)
    api = api_client_for(alice)
    assistant = api.post("/api/v1/assistants", {"name": "Full"}).json()["id"]
    answer = api.post(
        f"/api/v1/assistants/{assistant}/sources", {"type": "text", "title": "A", "text": "Some words."}
    )
    assert (answer.status_code, answer.json()["code"]) == (402, "files_limit")
    shown = api.get("/api/v1/organisation/knowledge").json()
    assert shown["files"] == {"used": 0, "limit": 0}
    assert shown["bytes"] == {"used": 0, "limit": None}


def test_the_embedding_over_rest(alice: Actor, priced: None) -> None:
    api = api_client_for(alice)
    assistant = api.post("/api/v1/assistants", {"name": "Embedded"}).json()["id"]
    path = f"/api/v1/assistants/{assistant}/knowledge/embedding"
    shown = api.get(path).json()
    assert (shown["model"], shown["next"]) == (None, None)
    assert MODEL in [model["id"] for model in shown["models"]]
    answer = api.post(path, {"model": MODEL})
    assert (answer.status_code, answer.json()["model"]) == (202, MODEL)
    assert api.post(path, {"model": "nobody/knows"}).status_code == 400
    assert api.delete(path).json()["code"] == "nothing_to_stop"


def test_a_big_upload_does_not_keep_others_waiting(alice: Actor, charlie: Actor, redis_client: Any) -> None:
    many = make_source_set(alice)
    for number in range(6):
        upload(alice, many, name=f"{number}.txt", data=f"Number {number}.")
    other = upload(charlie, make_source_set(charlie))
    with tenant_scope(alice.organisation, durable=True):
        rows = Document.objects.for_organisation(alice.organisation)
        first = rows.order_by("pk")[0]
        rows.filter(pk=first.pk).update(lease="somebody", lease_until="2100-01-01T00:00Z", state="parsing")
    second = rows_of(alice)[1]
    work_on_document(organisation_id=alice.organisation.pk, document_id=second.public_id, state=second.state)
    assert document_of(other).searchable, "it came last, and nothing of its organisation was under way"
    work_on_document(
        organisation_id=charlie.organisation.pk, document_id=document_of(other).public_id, state="uploaded"
    )
    done = [document.searchable for document in rows_of(alice)]
    assert done.count(True) + (document_of(other).state == "ready") == 1


def rows_of(actor: Actor) -> list[Document]:
    with tenant_scope(actor.organisation):
        return list(Document.objects.for_organisation(actor.organisation).order_by("pk"))


def test_what_is_not_a_source_s_content_takes_no_room(alice: Actor) -> None:
    source_set = make_source_set(alice)
    upload(alice, source_set)
    with tenant_scope(alice.organisation, durable=True):
        Source.objects.create(
            organisation=alice.organisation, source_set=source_set, type=Source.Type.SITE, name="A site"
        )
        assert knowledge_room(alice.organisation).files == 1
