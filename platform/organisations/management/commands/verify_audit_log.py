"""`manage.py verify_audit_log [--organisation SLUG] [--expect NUMBER:HASH]`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kernel.tenancy import tenant_scope
from organisations.models import AuditSeal, Organisation
from organisations.verification import Verdict, verify_chain


class Command(BaseCommand):
    help = "Recompute the hash chain over audit logs; say what was changed, removed or left unsealed (exit code 1)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organisation", metavar="SLUG", help="only this one; all of them by default")
        parser.add_argument(
            "--expect",
            metavar="NUMBER:HASH",
            help="a link noted down earlier: shows also whether the chain was cut or made anew since",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        organisations = _wanted(options["organisation"])
        expected = _parsed(options["expect"], organisations)
        problems = links = 0
        for organisation in organisations:
            verdict = verify_chain(organisation)
            if expected:
                verdict.problems += _compare(organisation, *expected)
            self._say(organisation, verdict)
            problems += len(verdict.problems)
            links += verdict.links
        self.stdout.write(f"{links} links hold, in {len(organisations)} organisations.")
        if problems:
            raise CommandError(f"{problems} problems: the audit log is not what it was.", returncode=1)

    def _say(self, organisation: Organisation, verdict: Verdict) -> None:
        for sentence in verdict.problems:
            self.stdout.write(f"{organisation.slug}: {sentence}")
        if verdict.head[0]:
            waiting = f"; {verdict.waiting} entries wait for theirs" if verdict.waiting else ""
            number, head = verdict.head
            self.stdout.write(
                f"{organisation.slug}: {verdict.links} links hold, the newest is {number}:{head}{waiting}"
            )


def _wanted(slug: str | None) -> list[Organisation]:
    rows = Organisation.objects.order_by("pk")
    found = list(rows.filter(slug=slug) if slug else rows)
    if not found:
        raise CommandError(f"There is no organisation “{slug}”.")
    return found


def _parsed(expected: str | None, organisations: list[Organisation]) -> tuple[int, str] | None:
    if expected is None:
        return None
    number, _colon, chain_hash = expected.partition(":")
    if len(organisations) != 1 or not number.isdigit() or len(chain_hash) != 64:
        raise CommandError(
            "--expect NUMBER:HASH goes with --organisation SLUG, as an earlier run printed it."
        )
    return int(number), chain_hash


def _compare(organisation: Organisation, number: int, chain_hash: str) -> list[str]:
    with tenant_scope(organisation):
        rows = AuditSeal.objects.for_organisation(organisation).filter(number=number)
        found = rows.values_list("chain_hash", flat=True).first()
    if found is None:
        return [f"Link {number} is missing: the chain was cut at its end."]
    return (
        []
        if found == chain_hash
        else [f"Link {number} is another one than was expected: the chain was made anew."]
    )
