from django.apps import AppConfig

from kernel import registries


class TurnsConfig(AppConfig):
    name = "assistants.turns"
    label = "turns"

    def ready(self) -> None:
        from assistants.turns.builtin import TOOLS
        from assistants.turns.runtime import start_runtime, stop_runtime
        from assistants.turns.stream import ROUTES

        for route in ROUTES:
            registries.stream_routes.register(route)
        for tool in TOOLS:
            registries.tools.register(tool)
        registries.on_startup.register(start_runtime)
        registries.on_shutdown.register(stop_runtime)
        registries.periodic_tasks["sweep turns"] = {"task": "turns.sweep", "schedule": 10.0}
