from django.apps import AppConfig

from kernel import registries


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        registries.periodic_tasks["deliver events"] = {"task": "kernel.deliver_events", "schedule": 30.0}
