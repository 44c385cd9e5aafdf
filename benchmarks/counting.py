#!/usr/bin/env python3
"""What counting costs: a page that notes its cards, and the worker that adds 100,000 counts to the days of listings.

.venv/bin/python benchmarks/counting.py [--quick]
"""

import argparse
import json

from harness.services import installation

LISTINGS, COUNTS, QUICK = 10_000, 100_000, 20_000
TARGETS = {"page_ms": "<= 1", "page_cpu_ms": "<= 1", "flush_s": "<= 10"}


def run(counts: int) -> dict[str, float]:
    """Start the stores, note and flush, stop them."""
    print(f"Starting PostgreSQL and Valkey, {LISTINGS:,} listings, {counts:,} counts …", flush=True)
    with installation({"DATABASE_POOL": "0"}) as made:
        found: dict[str, float] = json.loads(
            made.run("harness.counting_speed", str(LISTINGS), str(counts)).splitlines()[-1]
        )
    return found


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK:,} counts only")
    found = run(QUICK if parser.parse_args().quick else COUNTS)
    for name, value in found.items():
        print(f"{name:24} {value:12,.3f}")
    holds = all(found[name] <= float(target.split()[1]) for name, target in TARGETS.items())
    print(json.dumps({"benchmark": "counting", "figures": found, "targets": TARGETS, "holds": holds}))


if __name__ == "__main__":
    main()
