from celery import shared_task

from kernel import outbox


@shared_task(name="kernel.deliver_events")
def deliver_events() -> None:
    outbox.deliver_events()
