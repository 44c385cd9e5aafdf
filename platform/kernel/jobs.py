"""Background work starts after the commit of the state that asks for it."""

from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction


def enqueue_after_commit(task: str, **arguments: Any) -> None:
    """Send a Celery task, by name, once the open transaction has committed.

    Args:
        task: `<app label>.<task>`.
        arguments: JSON values only: ids, never secrets or texts.
    """
    transaction.on_commit(partial(current_app.send_task, task, kwargs=arguments), robust=True)
