"""`manage.py revoke_staff EMAIL`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.grant_staff import revoke_staff
from kernel.errors import DomainError


class Command(BaseCommand):
    help = "End a person's looking after the platform, and sign them out everywhere."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = revoke_staff(email=options["email"])
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"{user.email} is no longer staff.", style_func=self.style.SUCCESS)
