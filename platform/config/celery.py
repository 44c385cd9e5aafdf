"""The Celery application: tasks of every room, and the periodic work they registered."""

import logging
import os
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("bottega")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery leaves the logging that the settings configured; its line for each scheduled task says nothing new."""
    for name in ("celery.beat", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(name).setLevel(logging.WARNING)


@signals.import_modules.connect
def _schedule(sender: Celery, **_: Any) -> None:
    # By now Django is set up, and every room has said what it wants done when.
    from config.schedule import schedule

    sender.conf.beat_schedule = schedule()


@signals.worker_init.connect
def _check_role(**_: Any) -> None:
    from config.roles import refuse_powerful_role

    refuse_powerful_role()


@signals.heartbeat_sent.connect
@signals.worker_ready.connect
def _beat(**_: Any) -> None:
    from config.health import worker_is_alive

    worker_is_alive()


@signals.worker_shutdown.connect
def _leave(**_: Any) -> None:
    from config.health import worker_leaves

    worker_leaves()
