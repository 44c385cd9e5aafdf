from importlib import import_module

from django.apps import AppConfig
from django.conf import settings

from kernel import registries


class KernelConfig(AppConfig):
    name = "kernel"

    def ready(self) -> None:
        registries.periodic_tasks["deliver events"] = {"task": "kernel.deliver_events", "schedule": 30.0}
        if settings.EGRESS_NAMESERVERS:
            import_module("kernel.egress.asking")  # loads dnspython now, and not while the first call waits
