"""Numbers for Prometheus, only for whoever holds METRICS_TOKEN."""

import os
import secrets
from collections.abc import Iterable
from itertools import chain
from typing import Any

import psutil
from celery import current_app
from django.conf import settings

from assistants.actions.metrics_of import families as action_families
from billing.metering.metrics import families as metering_families
from config.health import run_checks
from kernel import errors, registries
from kernel.asgi import Responder, StreamRequest, StreamRoute
from kernel.db import run_db
from kernel.models import OutboxEvent
from kernel.redis import sync_redis
from kernel.tenancy import across_organisations

HEADER = "# HELP {name} {help}\n# TYPE {name} {kind}\n"


def _family(name: str, kind: str, help_text: str, samples: dict[str, float]) -> str:
    lines = "".join(f"{name}{labels} {value:g}\n" for labels, value in samples.items())
    return HEADER.format(name=name, help=help_text, kind=kind) + lines


def _process() -> str:
    process = psutil.Process(os.getpid())
    times = process.cpu_times()
    return _family(
        "process_resident_memory_bytes",
        "gauge",
        "Memory of this web process.",
        {"": process.memory_info().rss},
    ) + _family(
        "process_cpu_seconds_total",
        "counter",
        "CPU time of this web process.",
        {"": times.user + times.system},
    )


def _checks(checks: dict[str, str]) -> str:
    samples = {f'{{check="{name}"}}': float(state == "ok") for name, state in checks.items()}
    return _family("bottega_ready", "gauge", "1 where a part answers.", samples)


def _queue() -> str:
    waiting = sync_redis().llen(current_app.conf.task_default_queue) if settings.CELERY_BROKER_IS_REDIS else 0
    with across_organisations(reason="count undelivered events for the operator"):
        undelivered = (
            OutboxEvent.objects.across_organisations(reason="count").filter(delivered_at=None).count()
        )
    return _family("bottega_jobs_waiting", "gauge", "Jobs in the queue.", {"": float(waiting)}) + _family(
        "bottega_events_undelivered", "gauge", "Domain events not delivered yet.", {"": undelivered}
    )


def _rooms() -> str:
    made = []
    families: Iterable[Any] = chain(action_families(), metering_families())  # alike, each its room's own
    for family in families:
        lines = "".join(f"{name} {value:g}\n" for name, value in family.samples.items())
        made.append(HEADER.format(name=family.name, help=family.help, kind=family.kind) + lines)
    return "".join(made)


def render() -> str:
    """The whole page in Prometheus' text format."""
    checks = run_checks()
    healthy = checks["database"] == checks["redis"] == "ok"
    return _process() + _checks(checks) + (_queue() + _rooms() if healthy else "")


async def metrics(request: StreamRequest, respond: Responder) -> None:
    """Raises NotFound: no token is configured, or the caller's is another one."""
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not settings.METRICS_TOKEN or not secrets.compare_digest(
        given.encode(), settings.METRICS_TOKEN.encode()
    ):
        raise errors.NotFound
    await respond.start(200, b"text/plain; version=0.0.4; charset=utf-8")
    await respond.finish((await run_db(render)).encode())


def register() -> None:
    """Serve the endpoint."""
    registries.stream_routes.register(StreamRoute("metrics", "GET", "/metrics", metrics, public=True))
