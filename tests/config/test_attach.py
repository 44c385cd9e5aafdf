"""Management commands find the services of the running manager, and never mix two databases."""

import json
import os
from pathlib import Path

import psutil
import pytest

from config.embedded.attach import attach_running_services

RUNNING = {
    "DATABASE_URL": "postgresql://ours",
    "DATABASE_OWNER_URL": "postgresql://owner",
    "REDIS_URL": "unix:///ours",
}


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder whose manager is this process."""
    me = psutil.Process()
    state = {"manager": {"pid": me.pid, "started": me.create_time()}, "environment": RUNNING}
    (tmp_path / "run.json").write_text(json.dumps(state))
    monkeypatch.setenv("BOTTEGA_DATA", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["manage.py", "shell"])
    for name in RUNNING:
        monkeypatch.setenv(name, "gone after the test")
        monkeypatch.delenv(name)
    return tmp_path


def test_the_running_services_are_used(data: Path) -> None:
    attach_running_services()
    assert {name: os.environ[name] for name in RUNNING} == RUNNING


def test_a_given_database_keeps_its_own_owner(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://outside")
    attach_running_services()
    assert os.environ["DATABASE_URL"] == "postgresql://outside"
    assert "DATABASE_OWNER_URL" not in os.environ
    assert os.environ["REDIS_URL"] == RUNNING["REDIS_URL"]


def test_a_dead_managers_note_is_not_believed(data: Path) -> None:
    state = json.loads((data / "run.json").read_text())
    state["manager"]["started"] -= 1000
    (data / "run.json").write_text(json.dumps(state))
    with pytest.raises(SystemExit, match="start them with make run"):
        attach_running_services()


def test_commands_that_need_no_database_run_without(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data / "run.json").unlink()
    monkeypatch.setattr("sys.argv", ["manage.py", "makemigrations"])
    attach_running_services()
    assert "DATABASE_URL" not in os.environ
