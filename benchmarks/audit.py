#!/usr/bin/env python3
"""What the hash chain over the audit log costs those who write: 100 at once, with it and without it.

Both write the same lines into the log of an organisation, each line in its own committed transaction, in turns in one run. A
worker seals beside them, as it does in every installation, on the same processors.

    .venv/bin/python benchmarks/audit.py [--quick]
"""

import argparse
import json
from statistics import median
from typing import Any

from harness.knowledge import worker
from harness.services import installation

WRITES = 40
TARGETS = {"throughput_ratio": ">= 0.5", "gaps": "== 0", "forks": "== 0"}


def run(rounds: int) -> dict[str, Any]:
    """Start stores and a worker, let the writers write, stop everything."""
    say("Starting PostgreSQL, Valkey and a worker …")
    with installation({"DATABASE_POOL": "0"}) as made, worker(made):
        say(f"100 writers, {WRITES} lines each, {rounds} rounds with and without the chain …")
        answer: dict[str, Any] = json.loads(
            made.run("harness.audit_writers", str(rounds), str(WRITES)).splitlines()[-1]
        )
        return answer


def figures(found: dict[str, Any]) -> dict[str, float]:
    """The numbers, rounded to what they are worth."""
    plain, chained = median(found["plain"]), median(found["chained"])
    return {
        "throughput_ratio": round(chained / plain, 3),
        "lines_a_second": round(chained, 1),
        "lines_a_second_without": round(plain, 1),
        "sealed_after_s": round(max(found["sealed_after"]), 2),
        "links": found["links"],
        "gaps": found["gaps"],
        "forks": found["forks"],
    }


def say(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one round instead of five")
    found = figures(run(1 if parser.parse_args().quick else 5))
    holds = found["throughput_ratio"] >= 0.5 and found["gaps"] == 0 and found["forks"] == 0
    for name, value in found.items():
        say(f"{name:<26}{value:>12g}{TARGETS.get(name, ''):>12}")
    print(json.dumps({"benchmark": "audit", "figures": found, "targets": TARGETS, "holds": holds}))


if __name__ == "__main__":
    main()
