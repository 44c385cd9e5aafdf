from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "assistants.actions"
    label = "actions"

    def ready(self) -> None:
        from assistants.actions.calling.gate import gate
        from assistants.actions.calling.tools import tools_of
        from assistants.actions.stream import ROUTES
        from kernel import registries

        registries.action_tools.fill(tools_of)
        registries.tool_gate.fill(gate)
        for route in ROUTES:
            registries.stream_routes.register(route)
        registries.periodic_tasks["actions.look_at_tools"] = {"task": "actions.look_at_tools", "schedule": 300}
