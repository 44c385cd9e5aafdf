"""Background work of connections."""

from celery import shared_task

from assistants.connections.actions.tell_endings import tell_endings


@shared_task(name="connections.tell_endings")
def tell_endings_task() -> None:
    """Tell services that connections are over."""
    tell_endings()
