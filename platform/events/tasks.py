from celery import shared_task

from events.actions import send_notification as sending


@shared_task(name="events.send_notification", autoretry_for=(OSError,), retry_backoff=30, max_retries=5)
def send_notification(notification_id: str) -> None:
    sending.send_notification(notification_id=notification_id)


@shared_task(name="events.send_digests")
def send_digests() -> None:
    sending.send_digests()
