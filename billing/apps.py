from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from kernel import registries


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        registries.periodic_tasks["roll up usage"] = {"task": "billing.roll_up_usage", "schedule": 60.0}
        registries.periodic_tasks["release reservations"] = {
            "task": "billing.release_expired",
            "schedule": 60.0,
        }
        registries.organisation_tabs.register(
            registries.NavigationEntry("usage", _("Usage"), "chart-column", "billing:usage", 60)
        )
        from billing.plans import knowledge_limits, member_limit  # models are ready only now

        registries.member_limits.register(member_limit)
        registries.knowledge_limits.register(knowledge_limits)
        registries.shell_fragments.register(registries.ShellFragment("allowance", "billing:allowance_meter"))
