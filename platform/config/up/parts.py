"""The processes that make up Bottega itself, kept running."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import processes
from config.embedded.errors import StartError
from config.up.console import Console

QUICK = 20.0  # seconds: a part that ends sooner has failed to start
MOST_QUICK_ENDS = 5
ROOT_IS_MEANT = "ignore:You're running the worker with superuser privileges"  # whoever runs us as root knows


@dataclass
class Part:
    """One kind of process: how to start it, and how often it ended at once."""

    name: str
    arguments: list[str]
    patience: float
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    orphan_signal: int = signal.SIGTERM  # what it gets when the manager itself is killed
    quick_ends: int = 0
    not_before: float = 0.0


def bottega_parts(*, host: str, port: int, data: Path, given: Mapping[str, str]) -> list[Part]:
    """Web, worker and beat, as `make run` starts them."""
    celery = [sys.executable, "-W", ROOT_IS_MEANT, "-m", "celery", "--quiet", "-A", "config.celery"]
    proxies = given.get("TRUSTED_PROXIES", "")
    trust = ["--proxy-headers", "--forwarded-allow-ips", proxies] if proxies else ["--no-proxy-headers"]
    web = [
        sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port),
        "--timeout-graceful-shutdown", "8", "--log-level", "warning", "--no-access-log", "--no-server-header",
        "--lifespan", "on", *trust,
    ]  # fmt: skip
    concurrency = given.get("WORKER_CONCURRENCY", "2")
    worker = [
        *celery,
        "worker",
        "--concurrency",
        concurrency,
        "--loglevel",
        "INFO",
        "--without-gossip",
        "--without-mingle",
    ]
    beat = [
        *celery,
        "beat",
        "--loglevel",
        "WARNING",
        "--schedule",
        str(data / "celerybeat-schedule"),
        "--pidfile=",
    ]
    return [
        Part("web", web, patience=12, environment={"DATABASE_POOL": "1"}),
        # A worker that is told to end gives running tasks some seconds, then puts them back into the queue.
        # Without a manager its queue is gone too: it would wait for that in vain.
        Part("worker", worker, 15, environment={"REMAP_SIGTERM": "SIGQUIT"}, orphan_signal=signal.SIGKILL),
        Part("beat", beat, patience=5, orphan_signal=signal.SIGKILL),
    ]


class Supervisor:
    """Starts parts, shows what they say, and starts again what ends."""

    def __init__(
        self, *, parts: list[Part], console: Console, environment: Mapping[str, str], root: Path
    ) -> None:
        self.parts, self.console, self.environment, self.root = parts, console, environment, root

    def start(self, part: Part) -> None:
        """Start one part and follow its output."""
        environment = {**self.environment, **part.environment}
        part.process = processes.spawn(
            part.arguments,
            env=environment,
            cwd=self.root,
            output=subprocess.PIPE,
            end_signal=part.orphan_signal,
        )
        part.started = time.monotonic()
        threading.Thread(target=self._follow, args=(part.name, part.process), daemon=True).start()

    def start_all(self) -> None:
        """Start every part."""
        for part in self.parts:
            self.start(part)

    def tend(self) -> bool:
        """Start again what has ended; returns whether anything was started.

        Raises:
            StartError: a part ends again and again.
        """
        ended = [part for part in self.parts if part.process and part.process.poll() is not None]
        for part in ended:
            self._note_end(part)
        due = [part for part in self.parts if part.process is None and time.monotonic() >= part.not_before]
        for part in due:
            self.start(part)
        return bool(due)

    def stop(self) -> None:
        """End all parts at once, and wait for each."""
        enders = [
            threading.Thread(target=processes.end, args=(part.process,), kwargs={"patience": part.patience})
            for part in self.parts
            if part.process
        ]
        for ender in enders:
            ender.start()
        for ender in enders:
            ender.join()

    def _note_end(self, part: Part) -> None:
        assert part.process
        code = part.process.returncode
        quick = time.monotonic() - part.started < QUICK
        part.quick_ends = part.quick_ends + 1 if quick else 0
        if part.quick_ends >= MOST_QUICK_ENDS:
            raise StartError(
                f"The {part.name} process ended {MOST_QUICK_ENDS} times soon after its start ({_words(code)}), so Bottega "
                "stops. The reason is in its last lines above."
            )
        wait = 0.5 * 2**part.quick_ends if quick else 0.0
        part.process, part.not_before = None, time.monotonic() + wait
        self.console.say(f"The {part.name} process ended ({_words(code)}); starting it again.")

    def _follow(self, name: str, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout
        for line in process.stdout:
            self.console.say(line.decode(errors="replace").rstrip(), part=name)


def _words(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def child_environment(given: Mapping[str, str], *, root: Path, made: Mapping[str, str]) -> dict[str, str]:
    """The environment of every part."""
    paths = f"{root}{os.pathsep}{root / 'platform'}"
    # Compiled files make the difference between a start in 5 and in 15 seconds.
    kept = {name: value for name, value in given.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {
        **kept,
        **made,
        "PYTHONPATH": paths,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
