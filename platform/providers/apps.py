from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from kernel.registries import ReadinessCheck, readiness_checks
        from providers.environment import trust_environment
        from providers.readiness import models_ready

        trust_environment()
        readiness_checks.register(ReadinessCheck("models", models_ready))
