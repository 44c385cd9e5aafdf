#!/usr/bin/env python3
"""How fast questions to an uploaded table are answered, from the call to the answer, each by a program of its own.

A made CSV of 1,000,000 orders is made a table once, as on its first use; the time for that is told apart. Then questions of
the usual kinds are asked, each three times; the median counts. The seconds hold the start of the locked-down program, the look
at the statement, its run, and the result with its CSV. Two hostile statements show when they end.

    .venv/bin/python benchmarks/data_queries.py [--data FILE.csv] [--rows 1000000] [--quick]
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from assistants.tools.tables.running import Job  # noqa: E402
from assistants.tools.tables.tool import CSV_BYTES, CSV_ROWS, SECONDS  # noqa: E402

TARGETS = {"slowest_question_s": 5.0, "make_s": 60.0, "endless_ends_s": 22.0}
ROUNDS = 3
QUESTIONS = {
    "count": "SELECT count(*) FROM orders",
    "group and sum": "SELECT region, sum(quantity * price) AS total FROM orders GROUP BY 1 ORDER BY 2 DESC",
    "by month": "SELECT date_trunc('month', day) AS month, count(*), avg(price) FROM orders GROUP BY 1 ORDER BY 1",
    "top products": "SELECT product, sum(quantity) AS n FROM orders GROUP BY 1 ORDER BY 2 DESC LIMIT 20",
    "search a text": "SELECT * FROM orders WHERE note ILIKE '%order 99999%' LIMIT 50",
    "window": "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY region ORDER BY price DESC) AS r FROM orders) WHERE r <= 5",
    "join with itself": "SELECT a.region, count(*) FROM orders a JOIN orders b ON a.order_id = b.order_id + 1 GROUP BY 1",
    "many rows": "SELECT * FROM orders ORDER BY price DESC LIMIT 100000",
    "summarize": "SUMMARIZE orders",
}
ENDLESS = "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a) SELECT count(*) FROM a"


@contextmanager
def made_csv(rows: int) -> Iterator[Path]:
    """Orders, the same for the same number."""
    dice = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "orders.csv")
        with path.open("w") as file:
            file.write("order_id,day,region,product,quantity,price,returned,note\n")
            for number in range(1, rows + 1):
                day = f"2024-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
                place, product = dice.choice(("North", "South", "East", "West")), dice.randint(1, 500)
                file.write(
                    f"{number},{day},{place},P{product:04},{dice.randint(1, 20)},{dice.randint(100, 99999) / 100:.2f},"
                    f'{dice.choice(("true", "false"))},"order {number}, as usual"\n'
                )
        yield path


def timed(job: dict[str, Any]) -> tuple[float, dict[str, Any]]:
    """Seconds of a job, and what it answered."""
    started = time.perf_counter()
    done = Job(job).run()
    return time.perf_counter() - started, done.head


def measure(path: Path, rounds: int, *, endless: bool) -> dict[str, float]:
    """Make the table, and ask it; prints a line a step."""
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder, "orders.duckdb"))
        making = {"do": "make", "path": str(path), "format": "csv", "out": out, "seconds": 240}
        seconds, head = timed(making)
        if not head["ok"]:
            raise SystemExit(f"{path} is no table: {head['code']}")
        figures = {"rows": head["tables"][0]["rows"], "make_s": round(seconds, 2)}
        print(f"{'made a table of it, once':<28} {seconds:6.2f} s  {figures['rows']:,} rows", flush=True)
        asking = {"do": "ask", "seconds": SECONDS, "rows": 1000, "csv_rows": CSV_ROWS, "csv_bytes": CSV_BYTES}
        asking["tables"] = [{"name": "orders", "file": out, "table": "t0"}]
        slowest = 0.0
        for name, sql in QUESTIONS.items():
            runs = [timed({**asking, "sql": sql}) for _ in range(rounds)]
            middle = median(seconds for seconds, _head in runs)
            failed = next((head["code"] for _seconds, head in runs if not head["ok"]), "")
            slowest = max(slowest, float("inf") if failed else middle)
            print(f"{name:<28} {middle:6.2f} s  {failed or runs[0][1]['total']}", flush=True)
        figures["slowest_question_s"] = round(slowest, 2)
        if endless:
            seconds, head = timed({**asking, "sql": ENDLESS})
            figures["endless_ends_s"] = round(seconds, 2)
            print(f"{'a statement without an end':<28} {seconds:6.2f} s  {head['code']}", flush=True)
        return figures


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="a CSV with the columns that the questions name")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the made CSV")
    parser.add_argument("--quick", action="store_true", help="50,000 rows, once, and no endless statement")
    arguments = parser.parse_args()
    rows, rounds = (50_000, 1) if arguments.quick else (arguments.rows, ROUNDS)
    if arguments.data:
        figures = measure(arguments.data, rounds, endless=not arguments.quick)
    else:
        with made_csv(rows) as path:
            figures = measure(path, rounds, endless=not arguments.quick)
    holds = all(figures[name] <= target for name, target in TARGETS.items() if name in figures)
    targets = {name: f"<= {target}" for name, target in TARGETS.items()}
    print(json.dumps({"benchmark": "data_queries", "figures": figures, "targets": targets, "holds": holds}))


if __name__ == "__main__":
    main()
