"""Health and metrics, as a load balancer and Prometheus see them."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.db import connections
from django.test import override_settings

from config import health
from kernel.redis import sync_redis

pytestmark = pytest.mark.django_db(transaction=True)


async def get(path: str, **headers: str) -> tuple[int, bytes]:
    """One GET through the whole ASGI application, from a host that no setting names."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    from config.asgi import application  # looks at the static files' folder when it is imported

    names = [(b"host", b"10.1.2.3"), *((name.encode(), value.encode()) for name, value in headers.items())]
    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"",
        "headers": names, "client": ("10.9.8.7", 1), "scheme": "http", "http_version": "1.1",
    }  # fmt: skip
    await application(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])


@pytest.fixture
def worker() -> None:
    health.worker_is_alive()


@pytest.fixture
def lost_database() -> Iterator[None]:
    place = connections["default"].settings_dict
    name = place["NAME"]
    connections.close_all()
    place["NAME"] = "no_such_database"
    yield
    connections.close_all()
    place["NAME"] = name


async def test_live_asks_nothing(lost_database: None) -> None:
    assert await get("/health/live") == (200, b'{"status":"ok"}')


async def test_ready_without_a_worker_says_so() -> None:
    status, body = await get("/health/ready")
    assert status == 503
    assert "No background worker" in orjson.loads(body)["checks"]["worker"]


async def test_ready_without_a_database_says_so(worker: None, lost_database: None) -> None:
    status, body = await get("/health/ready")
    assert status == 503
    assert "database does not answer" in orjson.loads(body)["checks"]["database"]
    assert b"no_such_database" not in body


async def test_a_worker_that_leaves_is_not_waited_for(worker: None) -> None:
    assert health.worker() == "ok"
    health.worker_leaves()
    assert health.worker() != "ok"


async def test_a_silent_worker_is_forgotten(worker: None) -> None:
    assert 0 < sync_redis().ttl(health.WORKER_KEY) <= health.WORKER_SILENT_AFTER


async def test_metrics_need_the_token(worker: None) -> None:
    assert (await get("/metrics"))[0] == 404
    with override_settings(METRICS_TOKEN="prometheus"):
        assert (await get("/metrics", authorization="Bearer wrong"))[0] == 404
        status, body = await get("/metrics", authorization="Bearer prometheus")
    assert status == 200
    assert b'bottega_ready{check="database"} 1' in body
    assert b"bottega_jobs_waiting 0" in body
