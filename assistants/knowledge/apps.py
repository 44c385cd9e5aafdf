from django.apps import AppConfig


class KnowledgeConfig(AppConfig):
    name = "assistants.knowledge"
    label = "knowledge"
