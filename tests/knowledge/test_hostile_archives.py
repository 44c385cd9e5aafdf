"""Hostile archives all the way, from the upload through a real worker: each ends with a reason, and the worker lives."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.core.management import call_command

from assistants.knowledge.failures import failure_message
from assistants.knowledge.models import Document, SourceSet
from config.embedded import processes
from config.up.parts import bottega_parts
from kernel.errors import DomainError
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from providers.environment import trust_environment
from tests.factories.knowledge import document_of, make_source_set, upload
from tests.fakes.hostile_files import hostile_files
from tests.fakes.model_server import ModelServer
from tests.fixtures.live import ROOT

pytestmark = pytest.mark.django_db(transaction=True)
DONE_WITHIN = 120.0


@pytest.fixture
def worker(
    live_environment: dict[str, str], tmp_path: Path, model_server: ModelServer, settings: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with one process, as `make run` starts it; the scripted server embeds what can be read, at once."""
    settings.OPENAI_BASE_URL, settings.EMBEDDING_MODEL = model_server.base_url, "embed"
    trust_environment()
    call_command("sync_models")
    named = {"OPENAI_BASE_URL": model_server.base_url, "EMBEDDING_MODEL": "embed"}
    parts = bottega_parts(host="127.0.0.1", port=0, data=tmp_path, given={"WORKER_CONCURRENCY": "1"})
    part = next(part for part in parts if part.name == "worker")
    with (tmp_path / "worker.log").open("wb") as log:
        process = processes.spawn(
            part.arguments, env={**live_environment, **part.environment, **named}, cwd=ROOT, output=log
        )
    yield process
    processes.end(process, patience=15)


def wait_until_done(source_set: SourceSet, log: Path) -> None:
    deadline = time.monotonic() + DONE_WITHIN
    while True:
        with tenant_scope(source_set.organisation_id):
            rows = Document.objects.for_organisation(source_set.organisation_id)
            if not rows.filter(state__in=Document.UNFINISHED).exists():
                return
        assert time.monotonic() < deadline, log.read_text()[-5000:]
        time.sleep(0.1)


def test_hostile_archives_end_with_a_reason_and_the_worker_lives(
    alice: Actor, worker: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    source_set = make_source_set(alice)
    sources, refused = {}, {}
    for file in (file for file in hostile_files() if file.format == "zip"):
        try:
            sources[file] = upload(alice, source_set, name=file.name, data=file.make())
        except DomainError as error:  # before anything is kept
            refused[file] = error
    wait_until_done(source_set, tmp_path / "worker.log")
    ends = {file: document_of(source).error_code for file, source in sources.items()}
    assert {file.name: code for file, code in ends.items() if code not in file.codes} == {}
    assert all(failure_message(code) != failure_message("no such code") for code in ends.values() if code)
    assert all(error.message for error in refused.values())
    assert len(sources) > len(refused)
    # Whoever worked on them works on.
    assert worker.poll() is None
    children = [process.pid for process in psutil.Process(worker.pid).children()]
    good = upload(alice, source_set, name="good.txt", data="The rent is due on the first.")
    wait_until_done(source_set, tmp_path / "worker.log")
    assert document_of(good).state == Document.State.READY
    assert [process.pid for process in psutil.Process(worker.pid).children()] == children
    assert "WorkerLostError" not in (tmp_path / "worker.log").read_text()
