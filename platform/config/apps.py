from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import celery, health, metrics, roles, staff

        celery.app.set_default()
        staff.register()
        health.register()
        metrics.register()
        roles.register()
