from celery.schedules import crontab
from django.apps import AppConfig

from kernel import registries


class EventsConfig(AppConfig):
    name = "events"

    def ready(self) -> None:
        from events import consumers

        registries.event_consumers.register(consumers.NOTIFY)
        registries.shell_fragments.register(registries.ShellFragment("bell", "events:bell"))
        registries.periodic_tasks["send digests"] = {
            "task": "events.send_digests",
            "schedule": crontab(hour="7", minute="0"),
        }
