from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActionsConfig(AppConfig):
    name = "assistants.actions"
    label = "actions"

    def ready(self) -> None:
        from assistants.actions import checks
        from assistants.actions.calling.gate import gate
        from assistants.actions.calling.tools import tools_of
        from assistants.actions.connectors.address_words import address_words_of
        from assistants.actions.models import ConnectorClient
        from assistants.actions.origins.consumers import CONNECTED
        from assistants.actions.origins.source_type import CONNECTOR
        from assistants.actions.personal_data import HOLDER
        from assistants.actions.stream import ROUTES
        from kernel import registries

        registries.action_tools.fill(tools_of)
        registries.tool_gate.fill(gate)
        registries.address_words.fill(address_words_of)
        for route in ROUTES:
            registries.stream_routes.register(route)
        registries.periodic_tasks["actions.look_at_tools"] = {
            "task": "actions.look_at_tools",
            "schedule": 300,
        }
        registries.personal_data.register(HOLDER)
        registries.secret_fields.register((ConnectorClient, "client_secret_encrypted"))
        registries.source_types.register(CONNECTOR)
        registries.event_consumers.register(CONNECTED)
        registries.organisation_tabs.register(
            registries.NavigationEntry(
                "calls", _("Calls"), "plug", "actions:call_list", 82, "VIEW_AUDIT", group="governance"
            )
        )
        registries.organisation_tabs.register(
            registries.NavigationEntry(
                "connectors",
                _("Connectors"),
                "plug",
                "actions:connector_list",
                56,
                "MANAGE_ORGANISATION",
                group="tools",
            )
        )
        checks.register()
        registries.periodic_tasks["actions.purge_calls"] = {
            "task": "actions.purge_calls",
            "schedule": 24 * 3600,
        }
        registries.periodic_tasks["actions.purge_files"] = {"task": "actions.purge_files", "schedule": 3600}
