#!/usr/bin/env python3
"""Whether a long history is as easy as a short one: comparing and restoring over 200 versions of a 32,000-character prompt.

Whole requests and actions on a database of its own, all measured in turns in one run, beside difflib on the same words and one
look-up of a version by its primary key.

    .venv/bin/python benchmarks/versions.py [--quick]
"""

import argparse
import json
from statistics import median, quantiles
from typing import Any

from harness.services import installation

VERSIONS = 200
MILLISECONDS = 200
HELD = ("diff", "restore", "words_strangers")
TARGETS = {f"{name}_p95_ms": f"<= {MILLISECONDS}" for name in HELD} | {"words_times_difflib": "<= 1"}


def run(versions: int, repeats: int) -> dict[str, Any]:
    """Start the stores, make the history, measure, stop them."""
    print(f"Starting PostgreSQL and Valkey, and publishing {versions} versions …", flush=True)
    with installation({}) as made:
        answer: dict[str, Any] = json.loads(
            made.run("harness.version_history", str(versions), str(repeats)).splitlines()[-1]
        )
        return answer


def figures(found: dict[str, Any]) -> dict[str, float]:
    """Milliseconds, median and 95th percentile, and the ratios."""
    numbers: dict[str, float] = {}
    for name, times in found.items():
        numbers |= {f"{name}_ms": median(times), f"{name}_p95_ms": quantiles(times, n=20)[-1]}
    numbers["words_times_difflib"] = numbers["words_ms"] / numbers["difflib_ms"]
    for name in ("diff", "restore", "page"):
        numbers[f"{name}_times_look_up"] = numbers[f"{name}_ms"] / numbers["look_up_ms"]
    return {name: round(value, 2) for name, value in numbers.items()}


def table(found: dict[str, Any], numbers: dict[str, float]) -> str:
    """The figures as people read them."""
    head = f"{'':<18}{'median, ms':>12}{'p95, ms':>10}{'target':>10}{'× look-up':>11}"
    rows = [
        f"{name:<18}{numbers[f'{name}_ms']:>12.2f}{numbers[f'{name}_p95_ms']:>10.2f}"
        f"{TARGETS.get(f'{name}_p95_ms', '–'):>10}{numbers.get(f'{name}_times_look_up', 0) or '–':>11}"
        for name in found
    ]
    return "\n".join([head, *rows, f"words, × difflib  {numbers['words_times_difflib']:>12.2f}"])


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="10 repeats instead of 50")
    found = run(VERSIONS, 10 if parser.parse_args().quick else 50)
    numbers = figures(found)
    holds = all(numbers[f"{name}_p95_ms"] <= MILLISECONDS for name in HELD) and (
        numbers["words_times_difflib"] <= 1
    )
    print(f"\n{table(found, numbers)}\n")
    print(json.dumps({"benchmark": "versions", "figures": numbers, "targets": TARGETS, "holds": holds}))


if __name__ == "__main__":
    main()
