"""Bring models and dated prices of a file into the catalogue: our YAML, JSON or CSV, or LiteLLM's price list."""

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from providers.actions.import_models import ImportRefused, import_models
from providers.models import Provider
from providers.price_file.formats import read_price_file
from providers.price_file.rows import BadRow, Defaults
from providers.snapshots import today


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--provider", default="", help="slug of the provider whose models these are")
        parser.add_argument("--currency", default=settings.CURRENCY, help="of prices that name none")
        parser.add_argument(
            "--valid-from", type=_day, default=None, help="first day of prices that name none"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        defaults = Defaults(options["provider"], options["currency"], options["valid_from"] or today())
        slugs = list(Provider.objects.values_list("slug", flat=True))
        if defaults.provider and defaults.provider not in slugs:
            raise CommandError(f"There is no provider {defaults.provider} here, only {', '.join(slugs)}.")
        try:
            read = read_price_file(file.name, file.read_bytes(), defaults)
            if read.problems:
                raise ImportRefused(read.problems)
            changes = import_models(
                read.rows,
                read.aliases,
                source=f"file: {file.name}",
                providers=slugs if read.foreign else None,
                offer_new=not read.foreign,
                dry_run=options["dry_run"],
            )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except BadRow as problem:
            raise CommandError(f"Nothing was changed. {problem}") from None
        except ImportRefused as refused:
            told = "\n".join(f"  {problem}" for problem in refused.problems)
            raise CommandError(
                f"Nothing was changed. {len(refused.problems)} rows are wrong:\n{told}"
            ) from None
        for change in changes:
            self.stdout.write(change)
        would = " would be" if options["dry_run"] else ""
        self.stdout.write(f"{len(read.rows)} models read; {len(changes)} changes{would} made.")


def _day(value: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        raise argparse.ArgumentTypeError("a day like 2026-12-11") from None
