from django.apps import AppConfig


class BuildingConfig(AppConfig):
    name = "assistants.building"
    label = "building"
