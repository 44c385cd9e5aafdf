"""Health endpoints, served without Django so that they answer under any load and for any Host."""

import time
from collections.abc import Callable, Mapping

import redis
from django.db import DatabaseError, connection

from kernel import registries
from kernel.asgi import Responder, StreamRequest, StreamRoute
from kernel.db import run_db
from kernel.redis import sync_redis

WORKER_KEY = "bottega:worker-seen"
WORKER_SILENT_AFTER = 30
Check = Callable[[], str]


def worker_is_alive() -> None:
    """Note that a worker's main process is running; long tasks in its children do not silence it."""
    try:
        sync_redis().set(WORKER_KEY, int(time.time()), ex=WORKER_SILENT_AFTER)
    except redis.RedisError:
        return  # Celery itself reconnects and says so; the missing note makes readiness say so too


def worker_leaves() -> None:
    """Forget the worker, so that the next start waits for its own."""
    try:
        sync_redis().delete(WORKER_KEY)
    except redis.RedisError:
        return  # the note ends by itself


def database() -> str:
    """Ask the database something."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"The database does not answer: {type(error).__name__}."
    return "ok"


def redis_server() -> str:
    """Ask Redis something."""
    try:
        sync_redis().ping()
    except redis.RedisError as error:
        return f"Redis does not answer: {type(error).__name__}."
    return "ok"


def worker() -> str:
    """See whether a worker made itself known lately."""
    try:
        seen = sync_redis().exists(WORKER_KEY)
    except redis.RedisError:
        return "Redis does not answer, so no worker can be seen."
    return "ok" if seen else f"No background worker has been seen for {WORKER_SILENT_AFTER} seconds."


def run_checks() -> dict[str, str]:
    """Every part's state: "ok" or a sentence. Rooms add parts through the registry."""
    checks: dict[str, Check] = {"database": database, "redis": redis_server, "worker": worker}
    checks |= {check.name: check.check for check in registries.readiness_checks}
    return {name: _answer(check) for name, check in checks.items()}


def _answer(check: Check) -> str:
    try:
        return check()
    except DatabaseError as error:
        return f"The database does not answer: {type(error).__name__}."


async def live(request: StreamRequest, respond: Responder) -> None:
    await respond.json(200, {"status": "ok"})


async def ready(request: StreamRequest, respond: Responder) -> None:
    checks = await run_db(run_checks)
    status = overall(checks)
    await respond.json(503 if status == "unavailable" else 200, {"status": status, "checks": checks})


def overall(checks: Mapping[str, str]) -> str:
    """ "ok", "degraded" where only parts fail that are not essential, else "unavailable"."""
    spare = {check.name for check in registries.readiness_checks if not check.essential}
    failing = {name for name, state in checks.items() if state != "ok"}
    if not failing:
        return "ok"
    return "degraded" if failing <= spare else "unavailable"


def register() -> None:
    """Serve the two endpoints."""
    for name, handler in (("live", live), ("ready", ready)):
        registries.stream_routes.register(
            StreamRoute(f"health-{name}", "GET", f"/health/{name}", handler, public=True)
        )
