#!/usr/bin/env python3
"""How long a month's close takes: 1,000 customers, 200 creators, a million turns, of which a tenth within subscriptions.

Posting the sales is compared with writing the same entries in the same run where nothing is checked, indexed or kept.

    .venv/bin/python benchmarks/close_month.py [--quick]
"""

import argparse
import json

from harness.services import installation

FULL, QUICK = (1_000, 200, 1_000_000), (100, 20, 50_000)
TARGETS = {"post_and_close_s": "<= 600", "differences": "== 0"}


def run(sizes: tuple[int, int, int]) -> dict[str, float]:
    """Start the stores, generate the month, post and close it, stop them."""
    users, creators, turns = sizes
    print(f"{users:,} customers, {creators:,} creators, {turns:,} turns …", flush=True)
    with installation({"DATABASE_POOL": "0"}) as made:
        found: dict[str, float] = json.loads(
            made.run("harness.close_speed", *map(str, sizes)).splitlines()[-1]
        )
    return found | {"post_and_close_s": round(found["post_s"] + found["close_s"], 1)}


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help=f"{QUICK[2]:,} turns only")
    found = run(QUICK if parser.parse_args().quick else FULL)
    for name, value in found.items():
        print(f"{name:24} {value:14,.3f}")
    holds = found["post_and_close_s"] <= 600 and found["differences"] == 0
    print(json.dumps({"benchmark": "close_month", "figures": found, "targets": TARGETS, "holds": holds}))


if __name__ == "__main__":
    main()
