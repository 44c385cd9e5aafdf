from django.apps import AppConfig

from kernel import registries


class OpenaiApiConfig(AppConfig):
    name = "assistants.openai_api"
    label = "openai_api"

    def ready(self) -> None:
        from assistants.openai_api.stream import ROUTES

        for route in ROUTES:
            registries.stream_routes.register(route)
