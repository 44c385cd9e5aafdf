"""Bring the catalogue of models up to date: built-in ones, and those of the provider in the environment."""

from typing import Any

from django.core.management.base import BaseCommand

from providers.actions.sync_builtin_models import sync_builtin_models
from providers.actions.sync_environment_provider import sync_environment_provider


class Command(BaseCommand):
    help = __doc__ or ""

    def handle(self, *args: Any, **options: Any) -> None:
        offered = [*sync_builtin_models(), *sync_environment_provider()]
        self.stdout.write(
            f"{len(offered)} models: {', '.join(offered[:12])}{' …' if len(offered) > 12 else ''}"
        )
