from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries


class ProvidersConfig(AppConfig):
    name = "providers"

    def ready(self) -> None:
        from providers import policy_names
        from providers.environment import trust_environment
        from providers.readiness import models_ready

        trust_environment()
        for field, names in policy_names.LISTS.items():
            registries.policy_choices.register(registries.PolicyChoices(field, names))
        registries.readiness_checks.register(registries.ReadinessCheck("models", models_ready))
        registries.organisation_tab_groups.register(
            registries.NavigationGroup("tools", _("Models and tools"))
        )
        registries.organisation_tabs.register(
            registries.NavigationEntry(
                "models",
                _("Models"),
                "cpu",
                "providers:provider_list",
                55,
                "MANAGE_ORGANISATION",
                group="tools",
            )
        )
        # Hourly, so that a day on which the server was off is caught up; each ending is told once a stage.
        registries.periodic_tasks["tell endings of models"] = {
            "task": "providers.tell_endings",
            "schedule": 3600.0,
        }
