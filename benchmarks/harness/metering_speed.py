"""What `benchmarks/metering.py` measures, over an installation: `python -m harness.metering_speed quick|full`; prints one JSON object."""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, connections  # noqa: E402 - needs the applications

from billing.actions.check_metering import check_metering  # noqa: E402
from billing.actions.post_usage import post_usage  # noqa: E402
from billing.actions.reserve import reserve  # noqa: E402
from billing.actions.roll_up_usage import roll_up_usage  # noqa: E402
from billing.actions.settle import settle  # noqa: E402
from billing.metering.record import record_usages  # noqa: E402
from billing.metering.usages import COLUMNS, UsageInput, row_of  # noqa: E402
from billing.models import UsagePending, UsageRecord  # noqa: E402
from kernel.tenancy import across_organisations, tenant_scope  # noqa: E402
from organisations.actions.create_organisation import create_organisation  # noqa: E402
from organisations.actions.create_person import create_person  # noqa: E402
from organisations.queries import actor_for  # noqa: E402
from providers.catalogue import PriceSnapshot  # noqa: E402

SIZES: dict[str, dict[str, int]] = {
    "quick": {"row": 400, "bulk": 20_000, "rounds": 2, "few": 5_000, "many": 50_000, "kills": 3},
    "full": {"row": 1_500, "bulk": 60_000, "rounds": 3, "few": 20_000, "many": 600_000, "kills": 12},
}
PRICE = PriceSnapshot("EUR", 2_000_000, 6_000_000, 500_000, 1)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
BATCH = 20_000
COPY_BATCH = 1_000


def events(count: int, seed: int) -> list[UsageInput]:
    """As many different events with fixed seeds, and a tenth of them once more, shuffled.

    Fifty people use three assistants each, of twenty, and an assistant has one model. Most are of two days, as events come;
    a tenth is late by up to four weeks.
    """
    draw = random.Random(seed)
    made = [
        UsageInput(
            ordinal=0,
            product=f"asst_{(product := (number % 50 + draw.randrange(3)) % 20)}",
            product_name="Reply Desk",
            model=f"openai/model-{product % 6}",
            provider="openai",
            input_tokens=draw.randrange(4_000),
            output_tokens=draw.randrange(800),
            cached_tokens=draw.randrange(400),
            price=PRICE,
            user_id=number % 50,
            reference=f"event_{seed}_{number}",
            at=MARCH + timedelta(hours=draw.randrange(24 * (28 if draw.random() < 0.1 else 2))),
        )
        for number in range(count)
    ]
    made += draw.sample(made, count // 10)
    draw.shuffle(made)
    return made


def row_a_commit(organisation: int, given: Sequence[UsageInput]) -> None:
    """The usual way: each event in a transaction of its own, and nothing summed up."""
    names = ", ".join(COLUMNS)
    places = ", ".join(["%s"] * len(COLUMNS))
    statement = (
        f"INSERT INTO billing_usagerecord (organisation_id, {names}, created_at) VALUES (%s, {places}, %s)"
        " ON CONFLICT (organisation_id, reference, ordinal) DO NOTHING"
    )
    for one in given:
        with tenant_scope(organisation, durable=True), connection.cursor() as cursor:
            cursor.execute(statement, [organisation, *row_of(one.reference, one), one.at])


def bulk(organisation: int, given: Sequence[UsageInput]) -> None:
    """Ours."""
    record_usages(organisation, given, batch=BATCH)


def copy(organisation: int, given: Sequence[UsageInput]) -> None:
    """Raw rows into a heap."""
    names = ", ".join(COLUMNS)
    raw = connection.connection
    for start in range(0, len(given), COPY_BATCH):
        with (
            raw.transaction(),
            raw.cursor() as cursor,
            cursor.copy(f"COPY raw_usage (organisation_id, {names}, created_at) FROM STDIN") as lines,
        ):
            for one in given[start : start + COPY_BATCH]:
                lines.write_row((organisation, *row_of(one.reference, one), one.at))


def rate(
    way: Callable[[int, Sequence[UsageInput]], None], organisation: int, given: Sequence[UsageInput]
) -> float:
    """Events a second."""
    started = time.perf_counter()
    way(organisation, given)
    return len(given) / (time.perf_counter() - started)


def cpu() -> float:
    """Seconds of processor time that this process and its database process have had."""
    with open(f"/proc/{connection.connection.info.backend_pid}/schedstat") as stat:
        return time.process_time() + int(stat.read().split()[0]) / 1e9


def quota(organisation: Any, label: str, *, times: int = 400) -> list[float]:
    """Microseconds of processor time of checks of the allowance, each keeping a part of it: medians of twenty."""
    found = []
    for block in range(times // 20):
        started = cpu()
        for number in range(20):
            with tenant_scope(organisation, durable=True):
                reserve(organisation=organisation, reference=f"quota_{label}_{block}_{number}", amount=1)
        found.append((cpu() - started) / 20 * 1e6)
    return found


def answers(organisation: int, count: int) -> list[float]:
    """Microseconds that settling an answer of two calls takes, commit included."""
    found = []
    for number in range(count):
        uses = [
            replace(one, reference="", at=None, ordinal=place)
            for place, one in enumerate(events(2, number)[:2])
        ]
        started = time.perf_counter()
        with tenant_scope(organisation, durable=True):
            settle(organisation=organisation, reference=f"turn_{number}", usages=uses)
        found.append((time.perf_counter() - started) * 1e6)
    return found


def killed(work: Callable[[], None], after: float) -> None:
    """Do work in a process of its own, and kill it in the midst."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def kills(organisation: int, times: int) -> dict[str, int]:
    """Writers and those who sum up are killed at random moments, and begin again from the start; what is left is counted."""
    draw, given = random.Random(7), events(20_000, 99)

    def settle_some() -> None:
        for number in range(100_000):
            one = replace(given[number % 1_000], reference="", at=None)
            with tenant_scope(organisation, durable=True):
                settle(organisation=organisation, reference=f"killed_{number % 4_000}", usages=[one])

    works: list[Callable[[], None]] = [
        lambda: bulk(organisation, given),
        settle_some,
        lambda: [roll_up_usage(batch=50) for _ in range(1_000)] and None,
    ]
    for number in range(times):
        killed(works[number % len(works)], draw.uniform(0.05, 1.5))
    bulk(organisation, given)
    roll_up_usage()
    with across_organisations(reason="benchmark"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT reference) FROM billing_usagerecord WHERE organisation_id = %s"
            " AND reference LIKE 'event_99%%'",
            [organisation],
        )
        there, different = cursor.fetchone()
    return {"kills": times, "lost": 20_000 - different, "doubled": there - different}


def main(size: str) -> None:
    """Measure everything."""
    sizes = SIZES[size]
    person = actor_for(create_person(email="metering@example.org", name="Metering"))
    assert person
    organisations = {
        way: create_organisation(actor=person, name=f"By {way}")
        for way in ("row", "bulk", "copy", "quota", "kill", "settle")
    }
    keys = {way: int(one.pk) for way, one in organisations.items()}
    owner = connections["owner"]
    with owner.cursor() as cursor:
        cursor.execute("CREATE TABLE raw_usage AS SELECT * FROM billing_usagerecord WHERE false")
        cursor.execute("GRANT INSERT, TRUNCATE ON raw_usage TO PUBLIC")
    found: dict[str, Any] = {"row": [], "bulk": [], "copy": []}
    ways = {"row": row_a_commit, "bulk": bulk, "copy": copy}
    connection.ensure_connection()
    for number in range(sizes["rounds"]):
        for name, way in ways.items():
            given = events(sizes["row" if name == "row" else "bulk"], number)
            found[name].append(rate(way, keys[name], given))
    with across_organisations(reason="benchmark"), connection.cursor() as cursor:
        # Rows that were written past the house wait as all others do.
        cursor.execute(
            "INSERT INTO billing_usagepending SELECT id, organisation_id FROM billing_usagerecord WHERE organisation_id = %s",
            [keys["row"]],
        )
    found["settle_us"] = answers(keys["settle"], 200)
    found["quota"] = {}
    with tenant_scope(keys["quota"], durable=True):
        reserve(organisation=organisations["quota"], reference="quota_opens", amount=1)
    for label in ("few", "many"):
        more = sizes[label] - (sizes["few"] if label == "many" else 0)
        for start in range(0, more, 20_000):
            bulk(keys["quota"], events(min(20_000, more - start), hash((label, start)) % 100_000))
        with owner.cursor() as cursor:
            cursor.execute(
                "VACUUM ANALYZE billing_usagerecord, billing_usagedaily, billing_reservation, billing_allowanceperiod"
            )
        found["quota"][label] = quota(organisations["quota"], label)
    waiting = UsagePending.objects.count()
    started = time.perf_counter()
    roll_up_usage()
    found["roll_up"] = waiting / (time.perf_counter() - started)
    found |= kills(keys["kill"], sizes["kills"])
    post_usage()
    started = time.perf_counter()
    found["differences"] = check_metering().found
    found["check_s"] = time.perf_counter() - started
    with across_organisations(reason="benchmark"):
        found["records"] = UsageRecord.objects.across_organisations(reason="benchmark").count()
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
