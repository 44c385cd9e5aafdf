"""What the person at the terminal reads: one line at a time, a colour for each part where there is a terminal."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import IO

COLOURS = {"web": 36, "worker": 35, "beat": 34, "setup": 32, "bottega": 33}
WIDTH = 7


class Console:
    """Writes whole lines from many threads."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty() and "NO_COLOR" not in os.environ
        self._lock = Lock()

    def say(self, text: str, *, part: str = "bottega") -> None:
        """A line of a part's, with its name before it."""
        name = f"{part:<{WIDTH}}"
        prefix = f"\033[{COLOURS.get(part, 37)}m{name} │\033[0m" if self._coloured else f"{name} |"
        self.plain(f"{prefix} {text}")

    def plain(self, text: str) -> None:
        """A line just as it is."""
        with self._lock:
            self._stream.write(text + "\n")
            self._stream.flush()

    def error(self, text: str) -> None:
        """A sentence about what went wrong, on standard error."""
        with self._lock:
            sys.stderr.write(text + "\n")
            sys.stderr.flush()

    @contextmanager
    def step(self, text: str) -> Iterator[None]:
        """Announce a longer step, and say how long it took."""
        self.say(f"{text} …", part="setup")
        started = time.monotonic()
        yield
        if (took := time.monotonic() - started) >= 1:
            self.say(f"{text}: done in {took:.1f} s", part="setup")
