from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from kernel.registries import PolicyChoices, ReadinessCheck, policy_choices, readiness_checks
        from providers import policy_names
        from providers.environment import trust_environment
        from providers.readiness import models_ready

        trust_environment()
        for field, names in policy_names.LISTS.items():
            policy_choices.register(PolicyChoices(field, names))
        readiness_checks.register(ReadinessCheck("models", models_ready))
