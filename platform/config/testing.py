"""`make test`: the whole gate over services of its own. With arguments, runs just that command over them.

`python -m config.testing` · `python -m config.testing pytest tests/kernel -q`
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

import psutil

from config.embedded.errors import StartError
from config.embedded.postgres import SUPERUSER
from config.embedded.services import ROOT, EmbeddedServices, open_data_folder
from config.translations import compile_catalogues

BIN = Path(sys.executable).parent
PACKAGES = ("platform", "assistants", "billing", "store")
GATE: list[tuple[str, list[str]]] = [
    ("Formatting", ["ruff", "format", "--check", "--quiet", "."]),
    ("Lint", ["ruff", "check", "--quiet", "."]),
    ("Import contracts", ["lint-imports", "--no-cache"]),
    ("Types", ["mypy", *PACKAGES]),
    ("Migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
    (
        "Unit and integration tests",
        ["pytest", "-q", "-n", "2", "--dist", "loadfile", "-m", "not browser and not serial"],
    ),
    ("Tests that need the machine for themselves", ["pytest", "-q", "-m", "serial and not browser"]),
    # Each worker has a site and a browser of its own.
    ("Browser journeys", ["pytest", "-q", "-n", "2", "--dist", "worksteal", "-m", "browser"]),
]
NOTHING_COLLECTED = 5
NOT_FOR_TESTS = {
    "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CELERY_BROKER_URL", "OPENAI_BASE_URL", "OPENAI_API_KEY",
    "LOCAL_MODEL", "DEFAULT_MODEL", "EMBEDDING_MODEL", "RERANK_URL", "S3_BUCKET", "EMAIL_URL", "PORT", "HOST", "PUBLIC_URL",
    "VECTOR_STORE", "OTHER_VECTOR_STORE", "PYTHONDONTWRITEBYTECODE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL",
}  # fmt: skip


def _environment(services: EmbeddedServices, data: Path) -> dict[str, str]:
    assert services.postgres
    given = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "DATABASE_OWNER_URL")
    }
    return (
        given
        | services.environment()
        | {
            "DATABASE_ADMIN_URL": services.postgres.url(role=SUPERUSER, database="postgres"),
            "BOTTEGA_DATA": str(data / "work"),
            "BOTTEGA_ENV": "development",
            "SECRET_KEY": "only-for-tests",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
        }
    )


def _run(command: list[str], environment: dict[str, str]) -> int:
    return subprocess.run(command, env=environment, cwd=ROOT).returncode


def _gate(environment: dict[str, str]) -> int:
    failed: list[str] = []
    for title, command in GATE:
        started = time.monotonic()
        print(f"\n── {title}", flush=True)
        code = _run(command, environment)
        good = code == 0 or (command[0] == "pytest" and code == NOTHING_COLLECTED)
        print(f"── {title}: {'good' if good else 'FAILED'} ({time.monotonic() - started:.0f} s)", flush=True)
        failed += [] if good else [title]
    print(f"\n{'Failed: ' + ', '.join(failed) if failed else 'Everything holds.'}", flush=True)
    return 1 if failed else 0


def main(arguments: list[str]) -> int:
    """Run the gate, or one command; returns the exit code."""
    data = Path(os.environ.get("BOTTEGA_TEST_DATA") or ROOT / ".test-data").absolute() / str(os.getpid())
    _remove_old_runs(data.parent)
    services = EmbeddedServices(data=data, given={}, durable=False, models=False)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        open_data_folder(data)
        compile_catalogues()  # they are not kept in the repository
        services.start(lambda line: None)
        environment = _environment(services, data)
        return _run(arguments, environment) if arguments else _gate(environment)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    finally:
        services.stop()
        shutil.rmtree(data, ignore_errors=True)


def _remove_old_runs(folder: Path) -> None:
    runs = folder.iterdir() if folder.is_dir() else ()
    for run in runs:
        if run.name.isdigit() and not psutil.pid_exists(int(run.name)):
            shutil.rmtree(run, ignore_errors=True)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
