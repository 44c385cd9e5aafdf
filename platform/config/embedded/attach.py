"""Let management commands find the embedded services of this checkout."""

import json
import os
import sys
from pathlib import Path

import psutil

NEEDS_NO_DATABASE = {
    "help", "version", "--help", "-h", "--version", "check", "makemigrations", "makemessages", "compilemessages",
    "collectstatic", "diffsettings", "spectacular", "startapp", "up", "test", "testserver", "findstatic",
    "assistant",
}  # fmt: skip
STATE_FILE = "run.json"
ROOT = Path(__file__).resolve().parents[3]


def data_folder() -> Path:
    """The folder that embedded services write to: BOTTEGA_DATA, or `.data` in the checkout."""
    return Path(os.environ.get("BOTTEGA_DATA") or ROOT / ".data").absolute()


def running_services() -> dict[str, str] | None:
    """The environment that the running manager gives its children; None where none runs."""
    try:
        state = json.loads((data_folder() / STATE_FILE).read_text())
        process = psutil.Process(state["manager"]["pid"])
        alive = abs(process.create_time() - state["manager"]["started"]) < 2
    except (OSError, ValueError, KeyError, psutil.Error):
        return None
    return dict(state["environment"]) if alive else None


def attach_running_services() -> None:
    """Export the running services' addresses where the environment names none.

    Exits with a sentence when the command needs a database and there is none.
    """
    given = "DATABASE_URL" in os.environ
    for name, value in (running_services() or {}).items():
        if not (given and name.startswith("DATABASE_")):  # two addresses of one database, never of two
            os.environ.setdefault(name, value)
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if "DATABASE_URL" not in os.environ and command not in NEEDS_NO_DATABASE and "--help" not in sys.argv:
        sys.exit(
            "Bottega's services are not running: start them with make run (or set DATABASE_URL and REDIS_URL)."
        )
