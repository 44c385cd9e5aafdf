from celery import shared_task

from assistants.turns.actions import sweep_turns as actions


@shared_task(name="turns.sweep")
def sweep_turns() -> None:
    actions.sweep_turns()
