"""`manage.py grant_staff EMAIL --role operator|moderator|finance`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.actions.grant_staff import grant_staff
from accounts.models import User
from kernel.errors import DomainError


class Command(BaseCommand):
    help = "Let a person look after the platform under /staff/, as operator, moderator or finance."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--role", required=True, choices=User.StaffRole.values)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = grant_staff(email=options["email"], role=options["role"])
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stderr.write(f"{user.email} is {user.staff_role} now.", style_func=self.style.SUCCESS)
