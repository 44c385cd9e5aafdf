from django.apps import AppConfig


class ActionsConfig(AppConfig):
    name = "assistants.actions"
    label = "actions"
