from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ToolsConfig(AppConfig):
    name = "assistants.tools"
    label = "tools"

    def ready(self) -> None:
        from assistants.tools.registered import TOOLS
        from assistants.tools.stream import ROUTES
        from kernel import registries
        from kernel.egress import trust_url

        for route in ROUTES:
            registries.stream_routes.register(route)
        for tool in TOOLS:
            registries.tools.register(tool)
        if settings.WEB_SEARCH_URL:
            trust_url(settings.WEB_SEARCH_URL)
        registries.organisation_tabs.register(
            registries.NavigationEntry(
                "web_search",
                _("Web search"),
                "globe",
                "tools:web_search",
                57,
                "MANAGE_ORGANISATION",
                group="tools",
            )
        )
        registries.organisation_tabs.register(
            registries.NavigationEntry(
                "databases",
                _("Databases"),
                "database",
                "tools:database_list",
                58,
                "MANAGE_ORGANISATION",
                group="tools",
            )
        )
        registries.periodic_tasks["tools.forget_tables"] = {"task": "tools.forget_tables", "schedule": 3600}
