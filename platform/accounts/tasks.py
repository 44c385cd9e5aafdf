from celery import shared_task

from accounts.actions import send_security_notice as sending


@shared_task(name="accounts.send_security_notice", autoretry_for=(OSError,), retry_backoff=30, max_retries=5)
def send_security_notice(event_id: int, language: str) -> None:
    sending.send_security_notice(event_id=event_id, language=language)
