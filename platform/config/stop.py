"""`make stop`: end the manager of this data folder, and wait until it has stopped everything."""

import signal
import sys

import psutil

from config.embedded import processes
from config.embedded.attach import data_folder
from config.up.state import RunState

PATIENCE = 60


def main() -> int:
    """Stop it; returns the exit code."""
    manager = RunState(data_folder()).read().get("manager")
    process = processes.find(manager["pid"], manager["started"]) if manager else None
    if process is None:
        print("Bottega is not running here.")
        return 0
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(PATIENCE)
    except psutil.TimeoutExpired:
        print(f"Bottega (pid {process.pid}) is still stopping after {PATIENCE} seconds.", file=sys.stderr)
        return 1
    print("Bottega has stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
