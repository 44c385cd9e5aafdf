#!/usr/bin/env python3
"""What a thousand turns that wait for a slow API cost everybody else.

All of them are brought to the point where they wait, and are held there for five seconds. Meanwhile other chats begin: their time to
the first token is held against that of the same chats before, in the same process. Nothing may fail: no pool of connections or
threads may run dry, and every turn has to end with its answer.

    .venv/bin/python benchmarks/slow_actions.py [--quick]
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from urllib.request import Request, urlopen

import psutil
from harness.load import Measured, Target, measure
from harness.services import BENCHMARKS, free_port, installation, running, seed, upstream, wait_until_up

HELD = 5.0  # seconds that all of them wait together
SLOW, TALK = "mock-ttft0-tps1-n1", "mock-ttft300-tps20-n20"
CHATS, CHAT_RAMP = 60, 4.0
ARRIVAL = 40.0  # turns that begin in a second
PATIENCE = 44.0  # a call is given up after 45 seconds
TARGETS = {"first_token_ratio": 1.2, "turns_failed": 0, "chats_failed": 0, "turns_not_held": 0}


@dataclass(frozen=True)
class Found:
    """What one run gave.

    Attributes:
        before, during: the other chats. slow: the turns that waited. held: how many waited at the same time.
    """

    before: Measured
    during: Measured
    slow: Measured
    held: int
    threads: int
    connections: int
    idle_mb: float
    held_mb: float


@contextmanager
def slow_service() -> Iterator[str]:
    """The slow API and its model: its address."""
    port = free_port()
    environment = dict(os.environ) | {"PYTHONPATH": str(BENCHMARKS)}
    arguments = [
        sys.executable, "-m", "uvicorn", "harness.slow_service:application", "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "warning", "--no-access-log", "--lifespan", "off", "--backlog", "4096", "--loop", "uvloop",
    ]  # fmt: skip
    with running(arguments, environment) as process:
        wait_until_up(f"http://127.0.0.1:{port}/waiting", process)
        yield f"http://127.0.0.1:{port}"


def run(turns: int) -> Found:
    """Start everything, measure, stop everything."""
    with ExitStack() as stack:
        say("Starting a slow API, an upstream, PostgreSQL, Valkey and the web process …")
        service = stack.enter_context(slow_service())
        url, _pid = stack.enter_context(upstream([TALK]))
        settings = {
            "OPENAI_BASE_URL": url,
            "OPENAI_API_KEY": "sk-up",
            "EGRESS_ALLOW": service.removeprefix("http://"),
            "ACTION_CALLS_A_MINUTE": "1000000",
        }
        made = stack.enter_context(installation(settings))
        key, assistants = seed(made, [TALK])
        slow = json.loads(made.run("harness.seed_slow", service, SLOW).splitlines()[-1])["assistant"]
        address, pid = stack.enter_context(made.web())
        target = Target("bottega", f"{address}/v1", key, pid, assistants | {SLOW: slow})
        workers = stack.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        return measured(workers, target, service, turns)


def measured(workers: ProcessPoolExecutor, target: Target, service: str, turns: int) -> Found:
    """The chats alone, then beside the turns that wait."""
    process = psutil.Process(target.pid)
    say("Warming up …")
    tell(service, "/release")
    measure(target, SLOW, streams=20, ramp=1)
    measure(target, TALK, streams=CHATS, ramp=CHAT_RAMP)
    before = measure(target, TALK, streams=CHATS, ramp=CHAT_RAMP)
    idle = memory(process)
    say(f"Bringing {turns} turns to where they wait, {ARRIVAL:g} a second …")
    tell(service, "/hold")
    waiting = workers.submit(measure, target, SLOW, streams=turns, ramp=turns / ARRIVAL)
    deadline = time.monotonic() + PATIENCE - HELD - CHAT_RAMP
    while (held := tell(service, "/waiting")) < turns and time.monotonic() < deadline:
        time.sleep(0.2)
    say(f"{held} wait; {CHATS} other chats begin …")
    until = time.monotonic() + HELD
    threads, connections = process.num_threads(), len(process.net_connections("inet"))
    held_mb = memory(process)
    during = measure(target, TALK, streams=CHATS, ramp=CHAT_RAMP)
    time.sleep(max(0.0, until - time.monotonic()))
    tell(service, "/release")
    return Found(before, during, waiting.result(), held, threads, connections, idle, held_mb)


def tell(service: str, path: str) -> int:
    """Ask the slow API; how many wait there."""
    with urlopen(Request(service + path), timeout=10) as answer:
        return int(json.loads(answer.read())["waiting"])


def memory(process: psutil.Process) -> float:
    """Megabytes of the web process."""
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True))) / 1e6


def figures(found: Found, turns: int) -> dict[str, float]:
    """The numbers, rounded to what they are worth."""
    before, during, slow = found.before, found.during, found.slow
    for failure, times in (slow.failures + during.failures).items():
        print(f"      {times} × {failure}", flush=True)
    return {
        "first_token_ratio": round(during.first / before.first, 3),
        "first_token_ms_before": round(before.first * 1000, 1),
        "first_token_ms_during": round(during.first * 1000, 1),
        "turns_held_together": found.held,
        "turns_not_held": turns - found.held,
        "turns_failed": slow.lost,
        "chats_failed": before.lost + during.lost,
        "cpu_ms_a_turn": round(slow.cpu * 1000 / turns, 2),
        "memory_kb_a_turn": round((found.held_mb - found.idle_mb) * 1000 / max(1, found.held), 1),
        "threads": found.threads,
        "connections": found.connections,
    }


def say(line: str) -> None:
    """A line of progress."""
    print(line, flush=True)


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="200 turns instead of 1,000")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an exception, so that everything is stopped
    turns = 200 if parser.parse_args().quick else 1000
    made = figures(run(turns), turns)
    for name, value in made.items():
        print(f"{name:<26}{value:>12}" + (f"   ≤ {TARGETS[name]:g}" if name in TARGETS else ""))
    holds = all(made[name] <= limit for name, limit in TARGETS.items())
    targets = {name: f"<= {limit:g}" for name, limit in TARGETS.items()}
    print(json.dumps({"benchmark": "slow_actions", "figures": made, "targets": targets, "holds": holds}))


if __name__ == "__main__":
    main()
