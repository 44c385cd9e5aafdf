"""When periodic work runs. Rooms add theirs to `kernel.registries.periodic_tasks`."""

from typing import Any

from kernel import registries


def schedule() -> dict[str, dict[str, Any]]:
    """Celery's beat schedule; an entry that nobody took up before it is due again is dropped."""
    entries = {
        "deliver_events": {"task": "kernel.deliver_events", "schedule": 15.0}
    } | registries.periodic_tasks
    return {name: {"options": {"expires": _seconds(entry)}, **entry} for name, entry in entries.items()}


def _seconds(entry: dict[str, Any]) -> float:
    every = entry["schedule"]
    return float(every) if isinstance(every, int | float) else 3600.0
