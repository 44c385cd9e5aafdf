#!/usr/bin/env python3
"""What Bottega adds to a streamed answer: CPU a request and a token, and time to the first token.

`/v1/chat/completions` of an assistant without knowledge, in front of an upstream whose tokens carry its clock. CPU is that of the web
process alone, told apart by two lengths of answers, against a bare ASGI function that reads, parses and passes on the same events.
Time to the first token is held against asking the upstream directly. Everything alternates in one run, so the
ratios hardly depend on the machine or on who else uses it.

    .venv/bin/python benchmarks/chat_overhead.py [--quick]
"""

import argparse
import importlib.util
import json
import signal
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
if importlib.util.find_spec("aiohttp") is None:  # the reference's client comes with what the tests need
    subprocess.run(["make", "--silent", ".venv/.installed-test"], cwd=ROOT, check=True)

from harness.load import Measured, Target, measure  # noqa: E402 - needs what was just installed
from harness.services import bare_asgi, installation, seed, upstream  # noqa: E402

SHORT, LONG = "mock-ttft20-tps10-n2", "mock-ttft20-tps10-n42"
TALK = "mock-ttft300-tps20-n64"
TOKENS = {SHORT: 2, LONG: 42}
COST_STREAMS = 200
LEVELS = (50, 200)
RAMP = 10.0
TARGETS = {
    "request_cpu_ratio": 5.0,
    "token_cpu_ratio": 2.0,
    "first_token_ratio_50": 1.10,
    "first_token_ratio_200": 1.10,
    "tokens_lost": 0,
}


class Run:
    """Measurements, said as they come.

    Attributes:
        found: by server, model and number of streams; one for each round.
    """

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.found: defaultdict[tuple[str, str, int], list[Measured]] = defaultdict(list)

    def measure(self, number: int, target: Target, model: str, streams: int) -> None:
        """One line and one measurement."""
        made = measure(target, model, streams=streams, ramp=RAMP)
        self.found[target.name, model, streams].append(made)
        print(
            f"  round {number + 1}/{self.rounds}  {target.name:<8} {model:<22} {streams:>3} streams"
            f"  CPU {made.cpu * 1000 / streams:6.2f} ms a stream  first token {made.first * 1000:6.1f} ms"
            f"  later tokens +{made.delay * 1000:.1f} ms" + (f"  lost {made.lost}" if made.lost else ""),
            flush=True,
        )
        for failure, times in made.failures.items():
            print(f"      {times} × {failure}", flush=True)

    def cost(self, name: str) -> tuple[float, float]:
        """Milliseconds of CPU a request of no tokens, and microseconds a token."""
        short, long = (
            median(made.cpu / made.streams for made in self.found[name, model, COST_STREAMS])
            for model in TOKENS
        )
        token = (long - short) / (TOKENS[LONG] - TOKENS[SHORT])
        return (short - token * TOKENS[SHORT]) * 1e3, token * 1e6

    def first(self, name: str, streams: int) -> float:
        """Milliseconds to the first token."""
        return median(made.first for made in self.found[name, TALK, streams]) * 1e3

    @property
    def lost(self) -> int:
        """Tokens that never arrived, of all runs."""
        return sum(made.lost for runs in self.found.values() for made in runs)


def run(rounds: int) -> Run:
    """Start everything, measure in turns, stop everything."""
    with ExitStack() as stack:
        say("Starting an upstream, a bare ASGI function, PostgreSQL, Valkey and the web process …")
        models = [SHORT, LONG, TALK]
        url, pid = stack.enter_context(upstream(models))
        direct = Target("direct", url, "none", pid)
        base, pid = stack.enter_context(bare_asgi(url))
        bare = Target("bare", base, "none", pid)
        made = stack.enter_context(installation({"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-up"}))
        key, assistants = seed(made, models)
        address, pid = stack.enter_context(made.web())
        bottega = Target("bottega", f"{address}/v1", key, pid, assistants)
        say("Warming up …")
        for target in (direct, bare, bottega):
            measure(target, SHORT, streams=60, ramp=2)
        return alternate(rounds, direct, bare, bottega)


def alternate(rounds: int, direct: Target, bare: Target, bottega: Target) -> Run:
    """The measurements, server after server, as often as there are rounds."""
    say(f"Measuring {rounds} rounds; the sends of each run are spread over {RAMP:g} s …")
    made = Run(rounds)
    for number in range(rounds):
        for model in TOKENS:
            for target in (bare, bottega):
                made.measure(number, target, model, COST_STREAMS)
        for level in LEVELS:
            for target in (direct, bottega):
                made.measure(number, target, TALK, level)
    return made


def figures(made: Run) -> dict[str, float]:
    """The numbers, rounded to what they are worth."""
    (bare_request, bare_token), (request, token) = made.cost("bare"), made.cost("bottega")
    found = {
        "request_cpu_ratio": request / bare_request,
        "token_cpu_ratio": token / bare_token,
        "request_cpu_ms": request,
        "bare_request_cpu_ms": bare_request,
        "token_cpu_us": token,
        "bare_token_cpu_us": bare_token,
    }
    for level in LEVELS:
        direct, through = made.first("direct", level), made.first("bottega", level)
        found |= {
            f"first_token_ratio_{level}": through / direct,
            f"first_token_ms_{level}": through,
            f"first_token_direct_ms_{level}": direct,
        }
    return {name: round(value, 3) for name, value in found.items()} | {"tokens_lost": made.lost}


def table(found: dict[str, float]) -> str:
    """The figures as people read them."""
    rows = [
        ("", "bare ASGI", "Bottega", "ratio", "target"),
        (
            "CPU a request, ms",
            found["bare_request_cpu_ms"],
            found["request_cpu_ms"],
            *_ratio(found, "request_cpu_ratio"),
        ),
        (
            "CPU a token, µs",
            found["bare_token_cpu_us"],
            found["token_cpu_us"],
            *_ratio(found, "token_cpu_ratio"),
        ),
        ("", "direct", "Bottega", "ratio", "target"),
    ]
    for level in LEVELS:
        direct, through = found[f"first_token_direct_ms_{level}"], found[f"first_token_ms_{level}"]
        ratio = _ratio(found, f"first_token_ratio_{level}")
        rows.append((f"First token at {level} streams, ms", direct, through, *ratio))
    rows.append(("Tokens lost", "", "", *_ratio(found, "tokens_lost")))
    return "\n".join(f"{row[0]:<34}" + "".join(f"{_shown(cell):>12}" for cell in row[1:]) for row in rows)


def _ratio(found: dict[str, float], name: str) -> tuple[float, str]:
    return found[name], f"≤ {TARGETS[name]:g}"


def _shown(cell: float | str) -> str:
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def say(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one round instead of three")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception, so that everything is stopped
    found = figures(run(1 if parser.parse_args().quick else 3))
    holds = all(found[name] <= limit for name, limit in TARGETS.items())
    targets = {name: f"<= {limit:g}" for name, limit in TARGETS.items()}
    print(f"\n{table(found)}\n")
    print(json.dumps({"benchmark": "chat_overhead", "figures": found, "targets": targets, "holds": holds}))


if __name__ == "__main__":
    main()
