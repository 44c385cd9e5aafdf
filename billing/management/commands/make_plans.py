"""`manage.py make_plans [--default CODE]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from billing.actions.make_plans import PLANS, make_plans


class Command(BaseCommand):
    help = (
        "Make the plans free, pro, team and own, where they are not there yet; staff change them afterwards"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--default", choices=list(PLANS), default="", help="the plan of everybody who is on none"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        made = make_plans(default=options["default"])
        self.stdout.write(f"Made: {', '.join(made)}" if made else "All plans are there.")
