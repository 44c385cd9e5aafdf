"""Background work of the builder."""

from celery import shared_task

from assistants.building.actions.purge_assistants import purge_assistants


@shared_task(name="building.purge_assistants")
def purge_assistants_task() -> None:
    """Empty the bins of all organisations."""
    purge_assistants()
