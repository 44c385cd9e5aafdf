"""`manage.py check_metering [--since DAY | --all] [--repair]`."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.actions.check_metering import NIGHTLY_DAYS, check_metering
from billing.actions.post_usage import post_usage
from billing.actions.repair_usage import repair_usage
from billing.actions.roll_up_usage import roll_up_usage
from billing.models import MeteringCheck


class Command(BaseCommand):
    help = (
        "Compare usage with its sums, and the ledger with sums and wallets; say what differs (exit code 1)."
        " With --repair the sums are made again first."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        period = parser.add_mutually_exclusive_group()
        period.add_argument(
            "--since", type=date.fromisoformat, metavar="DAY", help="from this day on, in UTC"
        )
        period.add_argument("--all", action="store_true", help="from the first record on")
        parser.add_argument("--repair", action="store_true", help="make the sums again from their records")

    def handle(self, *args: Any, **options: Any) -> None:
        since = options["since"] or datetime.now(UTC).date() - timedelta(days=NIGHTLY_DAYS)
        since = None if options["all"] else since
        if options["repair"]:
            roll_up_usage()
            self.stdout.write(f"{repair_usage(since=since)} sums were made right.")
            post_usage()
        check = check_metering(since=since)
        for difference in check.differences:
            self.stdout.write(json.dumps(difference, sort_keys=True))
        if check.state == MeteringCheck.State.DIFFERS:
            raise CommandError(f"{check.found} differences: money does not add up.", returncode=1)
        self.stdout.write(f"All agrees: {check.records} records, their sums, the ledger and the wallets.")
