#!/usr/bin/env python3
"""Whether a large organisation is as easy as a small one: the same pages and checks at two sizes.

Small: 100 members, 20 groups, 1,000 lines in the audit log. Large: 10,000 members, 2,000 groups, 100,000 lines. Both stand in
one database and are asked in turns, so that the ratios hardly depend on the machine.

    .venv/bin/python benchmarks/organisations.py [--quick]
"""

import argparse
import json
from statistics import median
from typing import Any

from harness.services import installation

LIMIT = 2.0
HELD = (
    "members",
    "members_search",
    "permission_check",
    "audit",
    "audit_search",
    "audit_search_common",
    "audit_filter",
)
TARGETS = {f"{name}_ratio": f"<= {LIMIT:g}" for name in HELD}


def run(repeats: int) -> dict[str, Any]:
    """Start the stores, fill them, measure, stop them."""
    print("Starting PostgreSQL and Valkey, and making two organisations …", flush=True)
    with installation({}) as made:
        answer: dict[str, Any] = json.loads(
            made.run("harness.organisation_sizes", str(repeats)).splitlines()[-1]
        )
        return answer


def figures(found: dict[str, Any]) -> dict[str, float]:
    """Milliseconds at both sizes, and their ratio."""
    numbers: dict[str, float] = {}
    for name, times in found.items():
        small, large = median(times["small"]), median(times["large"])
        numbers |= {f"{name}_small_ms": small, f"{name}_large_ms": large, f"{name}_ratio": large / small}
    return {name: round(value, 2) for name, value in numbers.items()}


def table(found: dict[str, Any], numbers: dict[str, float]) -> str:
    """The figures as people read them."""
    head = f"{'':<22}{'small, ms':>12}{'large, ms':>12}{'ratio':>8}{'target':>10}"
    rows = [
        f"{name:<22}{numbers[f'{name}_small_ms']:>12.2f}{numbers[f'{name}_large_ms']:>12.2f}"
        f"{numbers[f'{name}_ratio']:>8.2f}{TARGETS.get(f'{name}_ratio', '–'):>10}"
        for name in found
    ]
    return "\n".join([head, *rows])


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10 repeats instead of 50")
    found = run(10 if parser.parse_args().quick else 50)
    numbers = figures(found)
    holds = all(numbers[name] <= LIMIT for name in TARGETS)
    print(f"\n{table(found, numbers)}\n")
    print(json.dumps({"benchmark": "organisations", "figures": numbers, "targets": TARGETS, "holds": holds}))


if __name__ == "__main__":
    main()
