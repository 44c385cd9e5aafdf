from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "assistants.connections"
    label = "connections"

    def ready(self) -> None:
        from assistants.connections.consumers import LEFT
        from assistants.connections.personal_data import HOLDER
        from kernel.registries import event_consumers, periodic_tasks, personal_data

        event_consumers.register(LEFT)
        personal_data.register(HOLDER)
        # What a service did not take note of at once, and what a lost job left.
        periodic_tasks["tell endings of connections"] = {"task": "connections.tell_endings", "schedule": 60.0}
