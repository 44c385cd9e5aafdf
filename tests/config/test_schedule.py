"""Periodic work: what rooms registered, dropped where nobody took it up in time."""

from celery import current_app

from config.schedule import schedule


def test_every_periodic_task_exists() -> None:
    current_app.loader.import_default_modules()
    assert {entry["task"] for entry in schedule().values()} <= set(current_app.tasks)


def test_a_late_entry_is_dropped_when_the_next_is_due() -> None:
    assert all(entry["options"]["expires"] > 0 for entry in schedule().values())


def test_events_are_delivered_even_when_their_wake_up_was_lost() -> None:
    assert "kernel.deliver_events" in {entry["task"] for entry in schedule().values()}
