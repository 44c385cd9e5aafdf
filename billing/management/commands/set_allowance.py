"""`manage.py set_allowance SLUG AMOUNT`."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.actions.set_allowance import set_allowance
from kernel.money import MICRO
from organisations.models import Organisation


class Command(BaseCommand):
    help = "Set what an organisation may spend in a month, for example: set_allowance harbour-pine 50"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug")
        parser.add_argument("amount", help="in units of the operator's currency, for example 12.50")

    def handle(self, *args: Any, **options: Any) -> None:
        organisation = Organisation.objects.filter(slug=options["slug"]).first()
        if organisation is None:
            raise CommandError(f"There is no organisation {options['slug']}.")
        set_allowance(organisation=organisation, limit=_micro(options["amount"]))


def _micro(amount: str) -> int:
    try:
        value = Decimal(amount)
    except InvalidOperation as error:
        raise CommandError(f"{amount} is no amount.") from error
    if not value.is_finite() or value < 0:
        raise CommandError(f"{amount} is no amount that can be allowed.")
    return int(value * MICRO)
