#!/usr/bin/env python3
"""How fast usage is written down and summed up, what a quota check costs as history grows, and whether kills lose or double anything.

Ways to write take turns in one run, each on an organisation of its own, with durable commits; a tenth of the events come twice:
one record a commit, the bulk writer (sums of hours and days included), and raw COPY of the same columns into a table that has no
index, cannot refuse what came twice and sums nothing up: the physical limit.

    .venv/bin/python benchmarks/metering.py [--quick]
"""

import argparse
import json
from statistics import median
from typing import Any

from harness.services import installation

TARGETS = {
    "bulk_x_row": ">= 30",
    "bulk_x_copy": ">= 0.1",
    "quota_growth": "<= 1.2",
    "lost": "== 0",
    "doubled": "== 0",
    "differences": "== 0",
}


def run(*, quick: bool) -> dict[str, Any]:
    """Start stores, measure, stop everything."""
    say("Starting PostgreSQL and Valkey …")
    with installation({"DATABASE_POOL": "0"}) as made:
        say("Writing, checking quotas, killing …")
        found: dict[str, Any] = json.loads(
            made.run("harness.metering_speed", "quick" if quick else "full").splitlines()[-1]
        )
        return found


def figures(found: dict[str, Any]) -> dict[str, float]:
    """The numbers, rounded to what they are worth."""
    row, bulk, copy = (max(found[way]) for way in ("row", "bulk", "copy"))
    few, many = (min(found["quota"][size]) for size in ("few", "many"))
    return {
        "bulk_x_row": round(bulk / row, 1),
        "bulk_x_copy": round(bulk / copy, 3),
        "rows_a_second": round(row),
        "bulk_a_second": round(bulk),
        "copy_a_second": round(copy),
        "settle_us": round(median(found["settle_us"])),
        "roll_up_a_second": round(found["roll_up"]),
        "quota_us_few": round(few, 1),
        "quota_us_many": round(many, 1),
        "quota_growth": round(many / few, 3),
        "kills": found["kills"],
        "lost": found["lost"],
        "doubled": found["doubled"],
        "differences": found["differences"],
        "check_s": round(found["check_s"], 2),
        "records": found["records"],
    }


def say(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer events and a shorter history")
    made = figures(run(quick=parser.parse_args().quick))
    holds = (
        made["bulk_x_row"] >= 30
        and made["bulk_x_copy"] >= 0.1
        and made["quota_growth"] <= 1.2
        and made["lost"] == made["doubled"] == made["differences"] == 0
    )
    for name, value in made.items():
        say(f"{name:<26}{value:>12g}{TARGETS.get(name, ''):>12}")
    print(json.dumps({"benchmark": "metering", "figures": made, "targets": TARGETS, "holds": holds}))


if __name__ == "__main__":
    main()
