"""The worker as `make run` starts it, on a broker of its own and the test's database."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis
from celery import current_app
from django.db import connection

from config.embedded import processes
from config.embedded.valkey import EmbeddedValkey
from config.up.parts import bottega_parts
from tests.fixtures.live import ROOT

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]
SECONDS = 120
TASK = "kernel.deliver_events"  # it looks into the database, and finds nothing
NAME = "test-worker"
NOW = "SELECT clock_timestamp()"
BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE application_name = %s AND datname = current_database() AND query_start > %s
"""


@dataclass
class Worker:
    broker: EmbeddedValkey
    log: Path

    def work(self) -> int:
        """Have one task done to its end; returns the backend that served it."""
        with connection.cursor() as cursor:
            (since,) = cursor.execute(NOW).fetchone()
            with current_app.connection_for_write(self.broker.broker_url()) as queue:
                current_app.send_task(TASK, connection=queue)
            self.wait(lambda: cursor.execute(BACKENDS, [NAME, since]).fetchone())
            self.wait(self.is_done)
            ((backend,),) = cursor.execute(BACKENDS, [NAME, since]).fetchall()
            return int(backend)

    def is_done(self) -> bool:
        """Whether nothing waits, and all that was begun is acknowledged: tasks are at their end."""
        with redis.Redis.from_url(self.broker.url(database=1)) as client:
            return not client.llen(current_app.conf.task_default_queue) and not client.hlen("unacked")

    def wait(self, until: Callable[[], Any]) -> None:
        """Return once it is so."""
        deadline = time.monotonic() + SECONDS
        while not until():
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)


@pytest.fixture
def worker(live_environment: dict[str, str], tmp_path: Path) -> Iterator[Worker]:
    broker = EmbeddedValkey(folder=tmp_path / "broker", log=tmp_path / "broker.log")
    broker.start()
    made = {
        "REDIS_URL": broker.url(),
        "CELERY_BROKER_URL": broker.broker_url(),
        "PGAPPNAME": NAME,
    }
    parts = bottega_parts(host="127.0.0.1", port=0, data=tmp_path, given={"WORKER_CONCURRENCY": "1"})
    part = next(part for part in parts if part.name == "worker")
    log = tmp_path / "worker.log"
    with log.open("wb") as output:
        process = processes.spawn(
            part.arguments, env={**live_environment, **part.environment, **made}, cwd=ROOT, output=output
        )
    made_worker = Worker(broker, log)
    # Starting, the worker itself looks into the database once, on a connection that no task has.
    made_worker.wait(lambda: " ready." in log.read_text())
    yield made_worker
    processes.end(process, patience=15)
    broker.stop()


def test_a_connection_serves_task_after_task_and_a_broken_one_is_replaced(worker: Worker) -> None:
    first = worker.work()
    assert worker.work() == first
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        assert cursor.fetchone() == (True,)
    assert worker.work() != first
    assert "Traceback" not in worker.log.read_text()
