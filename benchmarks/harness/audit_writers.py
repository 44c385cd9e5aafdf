"""A hundred writers of one audit log, with and without its chain: `python -m harness.audit_writers ROUNDS WRITES`.

A worker must run beside it: it is the one that seals. Prints `{"plain": […], "chained": […], "sealed_after": […], "gaps": n,
"forks": n}`: lines a second of each round, and the seconds after the last line until every line had its link.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connections  # noqa: E402 - needs the applications

from kernel.tenancy import tenant_scope  # noqa: E402
from organisations import audit  # noqa: E402
from organisations.actions.create_organisation import create_organisation  # noqa: E402
from organisations.actions.create_person import create_person  # noqa: E402
from organisations.actors import Actor  # noqa: E402
from organisations.models import AuditSeal  # noqa: E402
from organisations.queries import actor_for  # noqa: E402
from organisations.sealing import seal_after_commit, unsealed  # noqa: E402
from organisations.verification import verify_chain  # noqa: E402

WRITERS = 100
PATIENCE = 120
WRITERS_OF_CHAIN: dict[bool, Callable[[int], None]] = {True: seal_after_commit, False: lambda _key: None}


def write_together(actor: Actor, writes: int) -> float:
    """Lines a second that the writers commit, each line in a transaction of its own."""
    together = Barrier(WRITERS + 1)

    def write(writer: int) -> None:
        connections["default"].ensure_connection()
        together.wait()
        for number in range(writes):
            with tenant_scope(actor.organisation, durable=True):
                changed = {"before": {"name": f"Name {number}"}, "after": {"name": f"Name {number + 1}"}}
                audit.record_audit(
                    actor, "organisation.renamed", actor.organisation, writer=writer, **changed
                )
        connections.close_all()

    with ThreadPoolExecutor(WRITERS) as pool:
        done = [pool.submit(write, writer) for writer in range(WRITERS)]
        together.wait()
        started = time.monotonic()
        for future in done:
            future.result()
    return WRITERS * writes / (time.monotonic() - started)


def wait_until_sealed(actor: Actor) -> float:
    """Seconds until every line has its link.

    Raises:
        SystemExit: that took too long.
    """
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        with tenant_scope(actor.organisation):
            if not unsealed(actor.organisation).exists():
                return time.monotonic() - started
        time.sleep(0.02)
    raise SystemExit(f"Lines were still not sealed after {PATIENCE} s.")


def main(rounds: int, writes: int) -> None:
    """Alternate, then look at both chains."""
    person = actor_for(create_person(email="writers@example.org", name="Writers"))
    assert person
    actors = {}
    for chained in (False, True):
        organisation = create_organisation(actor=person, name=f"Chained {chained}")
        assert person.user
        actors[chained] = actor_for(person.user, organisation.pk)
    found: dict[str, list[float]] = {"plain": [], "chained": [], "sealed_after": []}
    for _round in range(rounds):
        for chained, actor in actors.items():
            assert actor
            audit.seal_after_commit = WRITERS_OF_CHAIN[chained]
            found["chained" if chained else "plain"].append(write_together(actor, writes))
            if chained:
                found["sealed_after"].append(wait_until_sealed(actor))
    chained_actor = actors[True]
    assert chained_actor
    print(json.dumps(found | faults(chained_actor)))


def faults(actor: Actor) -> dict[str, int]:
    """Numbers that the chain skips, and everything else that does not hold."""
    with tenant_scope(actor.organisation):
        numbers = list(
            AuditSeal.objects.for_organisation(actor.organisation).values_list("number", flat=True)
        )
    verdict = verify_chain(actor.organisation)
    gaps = max(numbers) - len(set(numbers)) + verdict.waiting
    return {
        "gaps": gaps,
        "forks": len(numbers) - len(set(numbers)) + len(verdict.problems),
        "links": verdict.links,
    }


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
