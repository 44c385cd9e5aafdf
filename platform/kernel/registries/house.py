"""What keeps the house running: events, work in the background, doors for streams, what must be ready."""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

from kernel.registries.base import Registry


@dataclass(frozen=True)
class EventConsumer:
    """Handles domain events of some kinds; returns whether it succeeded. Must be idempotent.

    `handle(organisation_id, kind, payload, event_id)`: the last one is the same each time an event is handed over.
    """

    name: str
    kinds: Container[str]
    handle: Callable[[int, str, dict[str, Any], int], bool]


@dataclass(frozen=True)
class NotificationKind:
    """Turns domain events of a kind into people's notifications.

    `notices(organisation_id, payload)` gives `(user id, title, body, address)` for each person; titles and bodies are
    `(msgid, params)` pairs, translated when they are read. `staff` are the roles of the platform's staff who alone are told,
    where there are any.
    """

    kind: str
    label: str | Promise
    event: str
    notices: Callable[[int, dict[str, Any]], Iterable[Any]]
    email: str = "at_once"
    staff: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Kept:
    """How many bytes an organisation keeps in one room."""

    organisation_id: int
    bytes: int


@dataclass(frozen=True)
class ReadinessCheck:
    """A part that must answer before the process takes traffic. `check` returns "ok" or a sentence.

    What is not essential is told of, and keeps nobody from taking traffic.
    """

    name: str
    check: Callable[[], str]
    essential: bool = True


event_consumers: Registry[EventConsumer] = Registry()
notification_kinds: Registry[NotificationKind] = Registry()
readiness_checks: Registry[ReadinessCheck] = Registry()
# What each room keeps of every organisation, inside `across_organisations`.
storage_rooms: Registry[Callable[[], Iterable[Kept]]] = Registry()
# Where rooms keep secrets beside connections: a model whose rows have a `secret_row`, and the field that holds them.
secret_fields: Registry[tuple[Any, str]] = Registry()
# Streaming endpoints served beside Django: kernel.asgi.StreamRoute.
stream_routes: Registry[Any] = Registry()
# Coroutine functions run when a web process's event loop starts and stops.
on_startup: Registry[Callable[[], Any]] = Registry()
on_shutdown: Registry[Callable[[], Any]] = Registry()
# Periodic work: {name: {"task": …, "schedule": seconds}}.
periodic_tasks: dict[str, dict[str, Any]] = {}
