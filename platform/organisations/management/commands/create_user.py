"""`manage.py create_user EMAIL [--password P] [--staff]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.errors import DomainError
from organisations.actions.create_person import create_person


class Command(BaseCommand):
    help = "Make a verified person with a personal organisation."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--password", help="without one the person sets it through a password reset")
        parser.add_argument("--name", default="", help="what others see; the part before the @ by default")
        parser.add_argument("--staff", action="store_true", help="looks after the platform, as operator")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = create_person(
                email=options["email"],
                password=options["password"],
                name=options["name"],
                staff=options["staff"],
            )
        except DomainError as error:
            raise CommandError(_words(error)) from error
        kind = "staff member" if user.is_staff else "person"
        said = f"Made the {kind} {user.email}, verified, with a personal organisation."
        self.stderr.write(said, style_func=self.style.SUCCESS)


def _words(error: DomainError) -> str:
    return " ".join([error.message, *(item.message for item in error.errors)])
