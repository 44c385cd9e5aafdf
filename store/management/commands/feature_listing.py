"""`manage.py feature_listing SLUG [--off]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import NotFound
from store.actions.feature_listing import feature_listing


class Command(BaseCommand):
    help = "Show a public listing on the store's front page, or with --off no longer."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("--off", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            feature_listing(slug=options["slug"], featured=not options["off"])
        except NotFound as error:
            raise CommandError(f"The store has no listing {options['slug']}.") from error
