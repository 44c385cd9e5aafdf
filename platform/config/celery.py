"""The Celery application: tasks of every room, and the periodic work they registered."""

import logging
import os
import sys
from typing import Any

from celery import Celery, signals

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("bottega")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
CONNECTION_SECONDS = 600  # that a child keeps its connection to the database, from task to task
# Celery would close it after every task, and a new one has to learn the tables anew: 9 ms, more than many a task takes. It is
# told to leave that alone, and `_tend_connections` closes what is too old or broken.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


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


@signals.worker_process_init.connect
def _keep_connection(**_: Any) -> None:
    from django.db import connection

    if not connection.settings_dict["OPTIONS"].get("pool"):
        connection.settings_dict |= {"CONN_MAX_AGE": CONNECTION_SECONDS, "CONN_HEALTH_CHECKS": True}


@signals.task_prerun.connect
@signals.task_postrun.connect
def _tend_connections(sender: Any, **_: Any) -> None:
    from django.db import close_old_connections

    if not sender.request.is_eager:  # its caller's connection is none of its business
        close_old_connections()


@signals.heartbeat_sent.connect
@signals.worker_ready.connect
def _beat(**_: Any) -> None:
    from config.health import worker_is_alive

    worker_is_alive()


@signals.worker_shutdown.connect
def _leave(**_: Any) -> None:
    from config.health import worker_leaves

    worker_leaves()
