"""`manage.py create_api_key EMAIL [--organisation SLUG] [--name TEXT]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from kernel.errors import DomainError
from organisations.actions.create_api_key import create_api_key
from organisations.actors import Actor
from organisations.queries import actor_of_membership, memberships_of


class Command(BaseCommand):
    help = "Make an API key with every scope that the person's role allows; prints the key alone."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organisation", metavar="SLUG", help="the personal one by default")
        parser.add_argument("--name", default="Made on the command line", help="what uses it")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = _actor(options["email"], options["organisation"])
        try:
            made = create_api_key(actor=actor, name=options["name"], scopes=actor.permissions)
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(made.secret)


def _actor(email: str, slug: str | None) -> Actor:
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        raise CommandError(
            f"Nobody has the address {email}. Make the account first: manage.py create_user {email}"
        )
    memberships = memberships_of(user)
    found = next((m for m in memberships if slug in (None, m.organisation.slug)), None)
    if found is None:
        theirs = ", ".join(m.organisation.slug for m in memberships)
        raise CommandError(f"{user.email} belongs to no organisation “{slug}”. Theirs are: {theirs}")
    return actor_of_membership(found, user)
