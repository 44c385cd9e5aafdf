"""`make run`: the real manager, in a data folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config.embedded.sockets import free_port
from config.testing import NOT_FOR_TESTS

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 300
# Its services are its own: it disturbs nobody who works on the shared ones.
pytestmark = [pytest.mark.serial, pytest.mark.apart]


def environment(data: Path, port: int, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_FOR_TESTS | {"SECRET_KEY"}}
    paths = f"{ROOT}{os.pathsep}{ROOT / 'platform'}"
    ours = {"BOTTEGA_DATA": str(data), "PORT": str(port), "BOTTEGA_DEMO": "0", "PYTHONPATH": paths}
    return kept | ours | more


def up(data: Path, port: int, **more: str) -> subprocess.CompletedProcess[str]:
    """Start the manager where it is bound to give up."""
    command = [sys.executable, "-m", "config.up"]
    settings = environment(data, port, **more)
    return subprocess.run(
        command, cwd=ROOT, env=settings, capture_output=True, text=True, timeout=START_SECONDS
    )


@dataclass
class Run:
    process: subprocess.Popen[bytes]
    data: Path
    port: int
    log: Path

    @property
    def lines(self) -> list[str]:
        return self.log.read_text().splitlines()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while f"Bottega is ready on http://localhost:{self.port}" not in self.lines:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    def get(self, path: str) -> dict[str, object]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
            return dict(json.load(answer))

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def part(self, *words: str) -> psutil.Process:
        return next(p for p in self.family() if all(word in " ".join(p.cmdline()) for word in words))


def start(data: Path, port: int) -> Run:
    data.mkdir(exist_ok=True)
    log = data.parent / f"{data.name}-{time.monotonic_ns()}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "config.up"],
            cwd=ROOT,
            env=environment(data, port),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    run = Run(process, data, port, log)
    run.wait_until_ready()
    return run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    running = start(tmp_path_factory.mktemp("up") / "data", free_port())
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait()


def gone(processes: list[psutil.Process]) -> list[psutil.Process]:
    _, alive = psutil.wait_procs(processes, timeout=20)
    return alive


def eventually_ready(run: Run) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            if run.get("/health/ready")["status"] == "ok":
                return True
        except OSError:
            time.sleep(0.3)
    return False


def test_it_says_once_that_it_is_ready_and_is(run: Run) -> None:
    assert run.lines.count(f"Bottega is ready on http://localhost:{run.port}") == 1
    assert run.get("/health/live") == {"status": "ok"}
    answer = run.get("/health/ready")
    assert answer == {
        "status": "ok",
        "checks": dict.fromkeys(("database", "redis", "worker", "models"), "ok"),
    }


def test_its_pid_is_the_managers(run: Run) -> None:
    assert (run.data / "run.pid").read_text().strip() == str(run.process.pid)


def test_a_second_run_on_the_same_data_says_so(run: Run, tmp_path: Path) -> None:
    second = up(run.data, free_port())
    assert second.returncode == 1
    assert f"already runs on http://localhost:{run.port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_a_busy_port_is_named(run: Run, tmp_path: Path) -> None:
    second = up(tmp_path / "data", run.port)
    assert second.returncode == 1
    assert f"Port {run.port} on 127.0.0.1 cannot be used" in second.stderr
    assert not (tmp_path / "data" / "postgres").exists()


def test_management_commands_find_the_running_services(run: Run) -> None:
    command = [sys.executable, "manage.py", "migrate", "--check"]
    found = subprocess.run(
        command, cwd=ROOT, env=environment(run.data, run.port), capture_output=True, text=True
    )
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [
        ("uvicorn",),
        ("postgres", "-D"),
        pytest.param(("celery", "worker"), marks=pytest.mark.large),
        pytest.param(("valkey-server",), marks=pytest.mark.large),
    ],
)
def test_a_killed_part_is_started_again(run: Run, words: tuple[str, ...]) -> None:
    victim = run.part(*words)
    victim.kill()
    victim.wait(10)
    time.sleep(0.5)
    assert eventually_ready(run)
    assert run.part(*words).pid != victim.pid


def test_sigterm_stops_everything_and_leaves_nothing(run: Run) -> None:
    family = run.family()
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(60) == 0
    assert gone(family) == []
    assert not (run.data / "run.pid").exists()
    assert not (run.data / "run.json").exists()


def test_commands_say_how_to_start_the_services(run: Run) -> None:
    command = [sys.executable, "manage.py", "migrate"]
    refused = subprocess.run(
        command, cwd=ROOT, env=environment(run.data, run.port), capture_output=True, text=True
    )
    assert refused.returncode == 1
    assert "start them with make run" in refused.stderr


def test_a_killed_manager_takes_everything_with_it_and_the_next_start_works(run: Run) -> None:
    started = time.monotonic()
    killed = start(run.data, run.port)
    family = killed.family()
    killed.process.kill()
    killed.process.wait()
    assert gone(family) == []
    again = start(run.data, run.port)
    again.process.send_signal(signal.SIGINT)
    assert again.process.wait(60) == 0
    assert time.monotonic() - started < 2 * START_SECONDS


def test_a_backup_brings_everything_back(run: Run, tmp_path: Path) -> None:
    settings = environment(run.data, run.port)
    manage = [sys.executable, "-m", "config.backup"]
    (run.data / "files").mkdir(exist_ok=True)
    (run.data / "files" / "note.txt").write_text("kept")
    saved = subprocess.run(
        [*manage, "save", str(tmp_path)], cwd=ROOT, env=settings, capture_output=True, text=True
    )
    assert saved.returncode == 0, saved.stderr
    (run.data / "files" / "note.txt").write_text("changed")
    (archive,) = tmp_path.glob("bottega-*.tar.gz")
    restored = subprocess.run(
        [*manage, "restore", str(archive)], cwd=ROOT, env=settings, capture_output=True, text=True
    )
    assert restored.returncode == 0, restored.stderr
    assert (run.data / "files" / "note.txt").read_text() == "kept"


def test_another_versions_database_is_refused(run: Run) -> None:
    version = run.data / "postgres" / "PG_VERSION"
    version.write_text("17\n")
    refused = up(run.data, run.port)
    version.write_text("18\n")
    assert refused.returncode == 1
    assert "was made by PostgreSQL 17" in refused.stderr


@pytest.mark.large
def test_a_damaged_database_is_named(run: Run) -> None:
    control = run.data / "postgres" / "global" / "pg_control"
    whole = control.read_bytes()
    control.write_bytes(b"")
    refused = up(run.data, run.port)
    control.write_bytes(whole)
    assert refused.returncode == 1
    assert "PostgreSQL does not start" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_data_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    refused = up(tmp_path / "data", free_port())
    assert refused.returncode == 1
    assert "cannot be written to" in refused.stderr


@pytest.mark.large
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    refused = up(Path("/dev/full"), free_port())
    assert refused.returncode == 1
    assert "cannot be written to" in refused.stderr


def test_a_port_that_is_none_is_named(tmp_path: Path) -> None:
    refused = up(tmp_path / "data", 0)
    assert refused.returncode == 1
    assert "PORT=0 is no port" in refused.stderr


def test_a_missing_owner_address_is_named(tmp_path: Path) -> None:
    refused = up(tmp_path / "data", free_port(), DATABASE_URL="postgresql://somebody@localhost/bottega")
    assert refused.returncode == 1
    assert "DATABASE_OWNER_URL" in refused.stderr


def test_production_refuses_default_secrets(tmp_path: Path) -> None:
    refused = up(tmp_path / "data", free_port(), BOTTEGA_ENV="production")
    assert refused.returncode == 1
    assert "SECRET_KEY is missing or a default" in refused.stderr
