from django.apps import AppConfig


class TurnsConfig(AppConfig):
    name = "assistants.turns"
    label = "turns"
