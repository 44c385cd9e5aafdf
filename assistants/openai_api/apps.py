from django.apps import AppConfig


class OpenaiApiConfig(AppConfig):
    name = "assistants.openai_api"
    label = "openai_api"
