"""Background work of the store."""

from typing import Any

from celery import shared_task

from store.demo.publish import publish_demo_assistant

ATTEMPTS, PAUSE = 300, 2


@shared_task(name="store.publish_demo_assistant", bind=True, max_retries=ATTEMPTS, default_retry_delay=PAUSE)
def publish_demo_assistant_task(self: Any, email: str, slug: str) -> None:
    if not publish_demo_assistant(email=email, slug=slug):
        raise self.retry()
