"""Background work of the builder."""

from celery import shared_task

from assistants.building.actions.purge_assistants import purge_assistants
from assistants.building.actions.release_due import release_due


@shared_task(name="building.purge_assistants")
def purge_assistants_task() -> None:
    """Empty the bins of all organisations."""
    purge_assistants()


@shared_task(name="building.release_due")
def release_due_task() -> None:
    """Let scheduled versions go live."""
    release_due()
