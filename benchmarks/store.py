#!/usr/bin/env python3
"""What the store costs the database at a million listings, as multiples of one look-up by primary key.

Listings of Zipf words in two languages, a tenth of them private, in the migrated tables behind row-level security; see
`harness.load_listings` for the data and `harness.store_speed` for what is measured.

    .venv/bin/python benchmarks/store.py [--quick] [--listings 50000]
"""

import argparse
import json
import subprocess
import sys
import time
from typing import Any

from harness.services import ROOT, Installation, installation

COUNT, QUICK, ROUNDS = 1_000_000, 100_000, 7
FLOOR = "primary key"
TARGETS = {"home": "<= 2", "browse": "<= 2", "page": "<= 10", "search": "<= 100", "suggest": "<= 100"}


def run(count: int) -> dict[str, Any]:
    """Start the stores, load so many listings, measure, stop them."""
    print(f"{count:,} listings: starting PostgreSQL, loading, asking …", flush=True)
    began = time.monotonic()
    with installation({"POSTGRES_BUFFERS": f"{max(512, count // 500)}MB"}) as made:
        found: dict[str, Any] = json.loads(asked(made, count).splitlines()[-1])
    print(f"{time.monotonic() - began:.0f} s\n", flush=True)
    return found


def asked(made: Installation, count: int) -> str:
    """What the measuring process prints; how far it has come is told on standard error, as it goes on."""
    command = [sys.executable, "-m", "harness.store_speed", str(count), str(ROUNDS)]
    done = subprocess.run(command, env=made.environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"harness.store_speed failed:\n{done.stdout}")
    return done.stdout


def table(found: dict[str, Any]) -> str:
    """The figures as people read them."""
    floor = found["ms"][FLOOR]
    rows = ["| way | CPU ÷ look-up | CPU ms |", "|---|---|---|"]
    rows += [f"| {name} | {spent / floor:.1f} | {spent:.3f} |" for name, spent in found["ms"].items()]
    sizes = ", ".join(f"{name} {size:,.0f} MB" for name, size in found["megabytes"].items())
    return "\n".join([*rows, "", f"{sizes}; loaded in {found['load_seconds']:.0f} s"])


def figures(found: dict[str, Any]) -> dict[str, float]:
    """What is judged: the worst way of each kind."""
    floor = found["ms"][FLOOR]
    worst: dict[str, float] = {}
    for name, spent in found["ms"].items():
        kind = name.split(":")[0]
        if kind in TARGETS:
            worst[kind] = max(worst.get(kind, 0.0), spent / floor)
    return {name: round(value, 2) for name, value in (worst | {"look_up_ms": floor}).items()}


def holds(numbers: dict[str, float]) -> bool:
    """Whether every target is met."""
    return all(numbers[name] <= float(target.split()[1]) for name, target in TARGETS.items())


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} listings only")
    parser.add_argument("--listings", type=int, help="so many instead, 10,000 at the least")
    given = parser.parse_args()
    count = max(given.listings, 10_000) if given.listings else QUICK if given.quick else COUNT
    found = run(count)
    print(table(found))
    numbers = figures(found)
    print(json.dumps({"benchmark": "store", "figures": numbers, "targets": TARGETS, "holds": holds(numbers)}))


if __name__ == "__main__":
    main()
