"""kill -9 of the worker, the broker and a backend of PostgreSQL while documents ingest: nothing lost and nothing twice."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
from celery import current_app
from django.core.management import call_command
from django.db import Error, connections
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerGone

from assistants.knowledge.models import Document, Passage, PassageVector, SourceSet
from config.embedded import processes
from config.embedded.valkey import EmbeddedValkey
from config.up.parts import bottega_parts
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.environment import trust_environment
from tests.factories.knowledge import make_source_set, upload
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import ROOT

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
LARGE = os.environ.get("BOTTEGA_LARGE") == "1"
DOCUMENTS, KILLS = (200, 30) if LARGE else (20, 3)
LEASE_SECONDS = 3.0  # instead of 40: what is tested is that it runs out, not how long that takes
READY_WITHIN = 900 if LARGE else 300  # it takes a minute on a quiet machine
SEED = 6


@dataclass
class Works:
    """A worker with a broker of its own, on the test's database."""

    environment: dict[str, str]
    broker: EmbeddedValkey
    data: Path
    worker: subprocess.Popen[bytes] | None = None

    def start_worker(self) -> None:
        """Start one with two processes, as `make run` does."""
        parts = bottega_parts(host="127.0.0.1", port=0, data=self.data, given={"WORKER_CONCURRENCY": "2"})
        part = next(part for part in parts if part.name == "worker")
        with (self.data / "kills-worker.log").open("ab") as log:
            self.worker = processes.spawn(
                part.arguments, env={**self.environment, **part.environment}, cwd=ROOT, output=log
            )

    def kill_worker(self) -> None:
        """End it as a power cut would, with all of its children, and start another one."""
        assert self.worker
        family = psutil.Process(self.worker.pid)
        for process in [family, *family.children(recursive=True)]:
            with suppress(psutil.NoSuchProcess):  # a parser ends by itself all the time
                process.kill()
        self.worker.wait()
        self.start_worker()

    def supervise(self) -> None:
        """Start another worker if this one has ended, as `make run` and Compose do.

        Kombu may acknowledge over a channel that has gone, when the broker is killed; Celery then ends.
        """
        if self.worker and self.worker.poll() is not None:
            self.start_worker()

    def kill_broker(self) -> None:
        """End it in the same way, and start it again over what it has written down."""
        assert self.broker.process
        self.broker.process.kill()
        self.broker.process.wait()
        self.broker.start()

    def kill_backend(self) -> None:
        """End one of the worker's backends: PostgreSQL then ends all of them and recovers, whosever they are."""
        mine = [connection.connection for connection in connections.all(initialized_only=True)]
        own = {connection.info.backend_pid for connection in mine if connection}
        here = connections["default"].settings_dict["NAME"]
        with psycopg.connect(os.environ["DATABASE_ADMIN_URL"], autocommit=True) as admin:
            # One that is only being let in names no database yet, whosever it is.
            found = admin.execute(
                "SELECT pid, datname FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND datname IS NOT NULL AND pid <> pg_backend_pid()"
            ).fetchall()
        connections.close_all()
        others = {database for _, database in found} - {here}
        assert not others, f"this ends everybody's connections, and {others} are at work: run it by itself"
        for pid, _ in [row for row in found if row[0] not in own][:1]:
            os.kill(pid, 9)

    def send(self, task: str, **arguments: Any) -> None:
        """Put a task into the worker's queue, if the broker is there."""
        try:
            with current_app.connection_for_write(self.environment["CELERY_BROKER_URL"]) as connection:
                current_app.send_task(task, kwargs=arguments, connection=connection, retry=False)
        except (KombuError, BrokerGone, OSError):
            pass


@pytest.fixture
def works(
    live_environment: dict[str, str], tmp_path: Path, model_server: ModelServer, settings: Any
) -> Iterator[Works]:
    """Documents are embedded by the scripted server, which takes its time."""
    settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
    trust_environment()
    call_command("sync_models")
    model_server.embedding_delay = 0.3
    broker = EmbeddedValkey(folder=tmp_path / "broker", log=tmp_path / "broker.log")
    broker.start()
    environment = live_environment | {
        "REDIS_URL": broker.url(),
        "CELERY_BROKER_URL": broker.broker_url(),
        "OPENAI_BASE_URL": model_server.base_url,
        "EMBEDDING_MODEL": "embed",
        "KNOWLEDGE_LEASE_SECONDS": str(LEASE_SECONDS),
    }
    made = Works(environment, broker, tmp_path)
    made.start_worker()
    yield made
    if made.worker:
        processes.end(made.worker, patience=15)
    broker.stop()


def test_kills_lose_and_double_nothing(works: Works, alice: Actor) -> None:
    dice = random.Random(SEED)
    source_set = make_source_set(alice)
    for number in range(DOCUMENTS):
        document = upload(alice, source_set, name=f"{number}.md", data=text_of(number)).document
        works.send(
            "knowledge.parse_document", organisation_id=alice.organisation.pk, document_id=document.public_id
        )
    kinds = [works.kill_worker, works.kill_backend, works.kill_broker]
    kills = [kinds[number % 3] for number in range(KILLS)]
    deadline = time.monotonic() + READY_WITHIN
    due = time.monotonic()
    while kills or unfinished(source_set):
        assert time.monotonic() < deadline, (works.data / "kills-worker.log").read_text()[-5000:]
        works.supervise()
        works.send("knowledge.resume_documents")
        if kills and time.monotonic() >= due and begun(source_set, KILLS - len(kills)):
            kills.pop(0)()
            due = time.monotonic() + dice.uniform(0.2, 4.0)
        time.sleep(0.3)
    with tenant_scope(alice.organisation):
        documents = list(Document.objects.for_organisation(alice.organisation))
        assert len(documents) == DOCUMENTS
        assert {document.state for document in documents} == {"ready"}, {
            document.error_code for document in documents
        }
        for document in documents:
            passages = Passage.objects.for_organisation(alice.organisation).filter(document=document)
            vectors = PassageVector.objects.for_organisation(alice.organisation).filter(
                document_id=document.pk
            )
            counted = (passages.count(), vectors.exclude(embedding=None).count(), vectors.count())
            assert counted == (document.passages,) * 3
            ordinals = sorted(passages.values_list("ordinal", flat=True))
            assert ordinals == list(range(document.passages))


def text_of(number: int) -> str:
    """A small document, different from all others; the passages of some take two calls of the model."""
    parts = 70 if number % 5 == 0 else 6
    return "\n\n".join(
        f"# Part {part} of {number}\n\n" + f"Document {number} says {part} here. " * 30
        for part in range(parts)
    )


def unfinished(source_set: SourceSet) -> int:
    """How many documents are under way; all of them while the database is starting again."""
    try:
        with tenant_scope(source_set.organisation_id):
            rows = Document.objects.for_organisation(source_set.organisation_id)
            return rows.filter(state__in=Document.UNFINISHED).count()
    except Error:
        connections.close_all()
        return DOCUMENTS


def begun(source_set: SourceSet, kills: int) -> bool:
    """Whether work is under way, and as much is done as so many kills leave time for."""
    wanted = DOCUMENTS * kills // (KILLS + 1)
    return DOCUMENTS - unfinished(source_set) >= wanted
