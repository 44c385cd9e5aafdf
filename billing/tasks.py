"""Periodic work of billing."""

from celery import shared_task

from billing.actions.release_expired import release_expired
from billing.actions.roll_up_usage import roll_up_usage


@shared_task(name="billing.roll_up_usage")
def roll_up_usage_task() -> None:
    roll_up_usage()


@shared_task(name="billing.release_expired")
def release_expired_task() -> None:
    release_expired()
