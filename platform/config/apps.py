from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery, health, metrics, roles

        celery.app.set_default()
        health.register()
        metrics.register()
        roles.register()
