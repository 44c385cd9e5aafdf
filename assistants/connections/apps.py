from django.apps import AppConfig


class ConnectionsConfig(AppConfig):
    name = "assistants.connections"
    label = "connections"
