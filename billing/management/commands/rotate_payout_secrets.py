from typing import Any

from django.core.management.base import BaseCommand

from billing.actions.rotate_payout_secrets import rotate_payout_secrets


class Command(BaseCommand):
    help = "Encrypts bank accounts and payout files anew with the present SECRET_KEY; SECRET_KEY_FALLBACKS holds the old ones."

    def handle(self, *_args: Any, **_options: Any) -> None:
        done, lost = rotate_payout_secrets()
        self.stdout.write(f"{done} secrets stand under the present key; {lost} cannot be read any more.")
