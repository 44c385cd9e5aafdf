"""Copy vectors from one store to another while questions go on, and compare what is there with the database."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistants.knowledge.actions.copy_vectors import Copied, copy_vectors, erase_everything
from assistants.knowledge.vectors.choice import NAMES, PGVECTOR, open_store
from assistants.knowledge.vectors.port import VectorStore, VectorStoreError
from assistants.knowledge.vectors.verification import LEAST_OVERLAP
from kernel.tenancy import across_organisations
from organisations.models import Organisation

TOLD_EVERY = 5.0  # seconds
SHOWN = 20  # problems


class Command(BaseCommand):
    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", required=True, choices=NAMES, dest="target")
        parser.add_argument("--from", default=PGVECTOR, choices=NAMES, dest="origin")
        parser.add_argument("--organisation", default="", help="slug; all organisations without it")
        parser.add_argument("--verify-only", action="store_true", help="compare, and copy nothing")
        parser.add_argument(
            "--again", action="store_true", help="copy what was copied before, too: the store has lost it"
        )
        parser.add_argument(
            "--erase", action="store_true", help="once all is well, take the vectors away from --from"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["origin"] == options["target"]:
            raise CommandError(
                "--from and --to name the same store. Name the one that is to be filled in --to."
            )
        self._told = self._began = time.monotonic()
        organisation = _organisation(options["organisation"])
        try:
            origin, target = open_store(options["origin"]), open_store(options["target"])
            copied = copy_vectors(
                origin=origin,
                target=target,
                organisation_id=organisation,
                copies=not options["verify_only"],
                again=options["again"],
                progress=self._tell,
            )
        except VectorStoreError as error:
            raise CommandError(f"{error} What was copied stays; run the command again to go on.") from error
        self._report(copied, verify_only=options["verify_only"])
        if options["erase"] and not options["verify_only"]:
            self._erase(origin, organisation, copied)

    def _tell(self, copied: Copied) -> None:
        if time.monotonic() - self._told >= TOLD_EVERY or copied.done == copied.total:
            self._told = time.monotonic()
            rate = copied.vectors / max(self._told - self._began, 0.001)
            self.stdout.write(
                f"{copied.done:,} of {copied.total:,} documents, {copied.vectors:,} vectors, {rate:,.0f} a second"
            )

    def _report(self, copied: Copied, *, verify_only: bool) -> None:
        checked = copied.verified
        if not verify_only:
            self.stdout.write(
                f"Copied {copied.vectors:,} vectors of {copied.done - copied.there - copied.busy:,} documents in"
                f" {time.monotonic() - self._began:,.1f} s; {copied.there:,} were there, {copied.busy:,} were being worked"
                f" on, {copied.mended:,} were read from the database because --from did not hold them whole."
            )
        self.stdout.write(
            f"Compared {checked.documents:,} documents, {checked.vectors:,} vectors and {len(checked.overlaps):,} questions:"
            f" {checked.overlap:.3f} of the nearest passages are the same ({LEAST_OVERLAP} or more is asked for)."
        )
        for problem in checked.problems[:SHOWN]:
            self.stdout.write(f"  {problem}")
        if not checked.holds:
            raise CommandError(f"The stores differ: {len(checked.problems):,} problems.")
        self.stdout.write("Everything holds.")

    def _erase(self, origin: VectorStore, organisation: int | None, copied: Copied) -> None:
        if origin.name == PGVECTOR:
            raise CommandError("Vectors always stay in PostgreSQL: there is nothing to erase.")
        if copied.busy:
            raise CommandError(
                "Nothing is erased: some documents were being worked on. Run the command again."
            )
        count = erase_everything(store=origin, organisation_id=organisation)
        self.stdout.write(f"{count:,} documents will be erased from {origin.name} within minutes.")


def _organisation(slug: str) -> int | None:
    if not slug:
        return None
    with across_organisations(reason="the operator names an organisation"):
        found = Organisation.objects.filter(slug=slug).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"There is no organisation {slug}.")
    return int(found)
