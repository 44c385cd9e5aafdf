"""Background work of the catalogue."""

from celery import shared_task

from providers.actions.tell_endings import tell_endings


@shared_task(name="providers.tell_endings")
def tell_endings_task() -> None:
    """Tell in time that models end."""
    tell_endings()
