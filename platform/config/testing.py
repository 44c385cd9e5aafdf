"""`make test`: the whole gate over services of its own. With arguments, runs just that command over them.

`python -m config.testing` · `python -m config.testing pytest tests/kernel -q`
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from types import FrameType
from typing import IO

import psutil

from config.embedded.errors import StartError
from config.embedded.postgres import SUPERUSER
from config.embedded.services import ROOT, EmbeddedServices, open_data_folder
from config.translations import compile_catalogues

BIN = Path(sys.executable).parent
PACKAGES = ("platform", "assistants", "billing", "store")


def _files(mark: str) -> list[str]:
    """The files of tests that name a mark. Every worker reads all files that it is given, which takes half a minute of them all."""
    files = (ROOT / "tests").rglob("test_*.py")
    return sorted(str(file.relative_to(ROOT)) for file in files if f"mark.{mark}" in file.read_text())


def _steps() -> list[tuple[str, list[list[str]]]]:
    """The gate: each step has a title and commands, which run at the same time."""
    serial = "serial and not browser"
    reruns = "0" if os.environ.get("BOTTEGA_LARGE") == "1" else "1"
    return [
        (
            "Format, lint, import contracts, types, migrations",
            [
                ["mypy", *PACKAGES],
                ["ruff", "format", "--check", "--quiet", "."],
                ["ruff", "check", "--quiet", "."],
                ["lint-imports", "--no-cache"],
                [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"],
                # No checks, but what all tests begin with: a database to copy, and their files compiled, once for all workers.
                [sys.executable, "-m", "tests.harness.database"],
                ["pytest", "--collect-only", "-p", "no:terminal"],
            ],
        ),
        # Those that need services for themselves wait more than they work, so that they run beside the others: first those
        # that start services of their own, then those that are given some, for they may kill the database server.
        (
            "Unit and integration tests, and starting everything",
            [
                ["pytest", "-q", "-rs", "-n", "3", "--dist", "worksteal", "-m", "not browser and not serial"],
                ["pytest", "-q", "-rs", "-m", f"{serial} and apart", *_files("apart")],
            ],
        ),
        # Each worker has a site and a browser of its own. A journey that fails is walked once more, and told: on a machine this
        # full a page may take longer than anybody waits. In the full suite it is not, so that no race stays unseen.
        (
            "Browser journeys, and tests with services for themselves",
            [
                [
                    *("pytest", "-q", "-rR", "--reruns", reruns),
                    *("-n", "3", "--dist", "worksteal", "-m", "browser", *_files("browser")),
                ],
                [
                    *(sys.executable, "-m", "config.testing"),
                    *("pytest", "-q", "-rs", "-m", f"{serial} and not apart", *_files("serial")),
                ],
            ],
        ),
    ]


NOTHING_COLLECTED = 5
NOT_FOR_TESTS = {
    "DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "CELERY_BROKER_URL", "OPENAI_BASE_URL", "OPENAI_API_KEY",
    "LOCAL_MODEL", "DEFAULT_MODEL", "EMBEDDING_MODEL", "RERANK_URL", "S3_BUCKET", "EMAIL_URL", "PORT", "HOST", "PUBLIC_URL",
    "IMAGE_MODEL", "WEB_SEARCH_PROVIDER", "WEB_SEARCH_URL", "WEB_SEARCH_KEY", "VECTOR_STORE", "OTHER_VECTOR_STORE", "PYTHONDONTWRITEBYTECODE", "MAKEFLAGS", "MFLAGS", "MAKELEVEL",
}  # fmt: skip


# Compiled files are written whatever is said outside: every process would compile all tests and all libraries anew.
REPLACED = ("DATABASE_URL", "DATABASE_OWNER_URL", "PYTHONDONTWRITEBYTECODE")


def _environment(services: EmbeddedServices, data: Path) -> dict[str, str]:
    assert services.postgres
    given = {name: value for name, value in os.environ.items() if name not in REPLACED}
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


def _run_together(commands: list[list[str]], environment: dict[str, str]) -> bool:
    """Run commands at the same time, and show what each of them said, one after the other; returns whether all are good."""
    first, *others = commands
    with ExitStack() as stack:
        waiting: list[tuple[list[str], subprocess.Popen[bytes], IO[bytes]]] = []
        for command in others:
            said = stack.enter_context(TemporaryFile())
            running = subprocess.Popen(
                command, env=environment, cwd=ROOT, stdout=said, stderr=subprocess.STDOUT
            )
            waiting.append((command, stack.enter_context(running), said))
            stack.callback(running.terminate)  # where this run is ended; otherwise it has ended itself
        bad = [] if _is_good(first, _run(first, environment)) else [first]
        for command, running, output in waiting:
            bad += [] if _is_good(command, running.wait()) else [command]
            output.seek(0)
            print(output.read().decode(errors="replace"), end="", flush=True)
    for command in bad if others else ():
        print(f"── failed: {' '.join(command)}", flush=True)
    return not bad


def _is_good(command: list[str], code: int) -> bool:
    return code == 0 or (command[0] == "pytest" and code == NOTHING_COLLECTED)


def _gate(environment: dict[str, str]) -> int:
    failed: list[str] = []
    for title, commands in _steps():
        started = time.monotonic()
        print(f"\n── {title}", flush=True)
        good = _run_together(commands, environment)
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
