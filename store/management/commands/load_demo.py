"""`manage.py load_demo`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from store.demo.content import NAMES, PASSWORD
from store.demo.load import DemoRefused, load_demo


class Command(BaseCommand):
    help = "Make the demo's people, organisations and assistants; a second time does nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", nargs="*", default=(), metavar="SLUG", help="only these assistants")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            waiting = load_demo(only=options["only"])
        except DemoRefused as error:
            raise CommandError(str(error)) from error
        if waiting:
            self.stdout.write(
                f"{waiting} demo assistants are published as soon as their files have been read."
            )
        if options["verbosity"]:
            self.stdout.write(f"Demo sign-ins: {', '.join(NAMES)}; password: {PASSWORD}")
