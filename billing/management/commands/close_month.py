"""`manage.py close_month 2026-10`."""

from datetime import UTC, date, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.actions.close_month import close_month, months_to_close
from kernel.errors import DomainError
from kernel.money import format_money


class Command(BaseCommand):
    help = "Close a month's books: divide the pool, make the statements, check them against the ledger and publish them"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "month", nargs="?", help="for example 2026-10; without one, every month that is over"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        months = [_month(options["month"])] if options["month"] else months_to_close()
        for month in months:
            try:
                close = close_month(month=month)
            except DomainError as error:
                raise CommandError(str(error.user_message)) from error
            pool = close.figures["pool"]
            self.stdout.write(
                f"{month:%Y-%m} is closed: {format_money(pool['shared'], settings.CURRENCY)} of"
                f" {format_money(pool['put_in'], settings.CURRENCY)} of the pool went to {pool['creators']} creators."
            )


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC).date()
    except ValueError as error:
        raise CommandError(f"{text} is no month. Write it as 2026-10.") from error
