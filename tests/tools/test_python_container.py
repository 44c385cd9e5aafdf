"""Python in a container: the command is whole, and whatever it does, a program's answer is an answer in time.

There is no daemon of containers where tests run: a stand-in takes the command, looks at it, and behaves as it is told.
"""

import asyncio
import json
import os
import stat
import sys
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from assistants.tools.python.answers import PythonAnswer
from assistants.tools.python.container import SandboxBroken, command, run_in_container
from assistants.tools.python.guest import run
from assistants.tools.python.limits import PythonLimits

LIMITS = PythonLimits(seconds=1, characters=2000, memory=256 * 1024 * 1024, answer=100_000)
STAND_IN = """#!{python}
import json, os, subprocess, sys, time
from pathlib import Path
here = Path(__file__).parent
with open(here / "calls", "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] == "rm":
    sys.exit(0)
how = (here / "how").read_text()
if how == "huge":
    while True: os.write(1, b"x" * 65536)
if how == "hang":
    time.sleep(60)
if how == "deaf":
    os.close(0); time.sleep(60)
if how == "missing":
    sys.exit(125)
if how == "dies":
    sys.stdin.read(10); os.kill(os.getpid(), 9)
if how == "forges":
    print('{{"state": "done", "html": "<script>"}}'); sys.exit(0)
text = sys.argv[-1].replace('"/in", "/out"', repr((str(here / "in"), str(here / "out")))[1:-1])
sys.exit(subprocess.run([sys.executable, "-I", "-c", text]).returncode)
"""


@pytest.fixture
def stand_in(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = tmp_path / "docker"
    program.write_text(STAND_IN.format(python=sys.executable))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    settings.PYTHON_SANDBOX_COMMAND, settings.PYTHON_SANDBOX_IMAGE = str(program), "python:3-slim"
    monkeypatch.setattr("assistants.tools.python.container.START_SECONDS", 1)
    behave(tmp_path, "well")
    return tmp_path


def behave(folder: Path, how: str) -> None:
    (folder / "how").write_text(how)


def ran(code: str = "print(6 * 7)") -> PythonAnswer:
    return asyncio.run(run_in_container(code, (), LIMITS))


def test_a_program_s_output_and_files_come_back(stand_in: Path) -> None:
    answer = ran(
        "open('a.txt', 'w').write('hi')\nimport sys; print(6 * 7); print('oh', file=sys.stderr)\n[1]"
    )
    assert (answer.state, answer.stdout, answer.stderr, answer.value) == ("done", "42\n", "oh\n", "[1]")
    assert [(file.name, file.data) for file in answer.files] == [("a.txt", "aGk=")]


def test_the_command_shuts_everything(stand_in: Path) -> None:
    line = " ".join(command("bottega-x", LIMITS))
    for flag in (
        "--network none", "--read-only", "--cap-drop ALL", "--security-opt no-new-privileges", "--pids-limit 32",
        "--memory 268435456 --memory-swap 268435456", "--cpus 1", "--user 65534:65534", "--pull never", "--rm",
        "noexec,nosuid,nodev", "--ipc none", "--log-driver none", "python:3-slim -I -c",
    ):  # fmt: skip
        assert flag in line
    for never in ("--privileged", "--volume", "-v ", "--mount", "--device", "--env-file", os.environ["PATH"]):
        assert never not in line


@pytest.mark.parametrize(
    ("how", "state"), [("huge", "large"), ("hang", "timeout"), ("deaf", "timeout"), ("dies", "crashed"), ("forges", "crashed")]
)  # fmt: skip
def test_whatever_the_container_does_it_ends_in_time_and_is_removed(
    stand_in: Path, how: str, state: str
) -> None:
    behave(stand_in, how)
    started = monotonic()
    assert ran("x = 1\n" * 20_000 if how == "deaf" else "1").state == state
    assert monotonic() - started < 20
    if state != "crashed":
        first, last = (stand_in / "calls").read_text().splitlines()
        assert last.startswith('["rm", "--force", "bottega-python-') and last[17:-2] in first


def test_a_container_that_cannot_be_started_is_said_to_be_our_fault(stand_in: Path, settings: Any) -> None:
    behave(stand_in, "missing")
    with pytest.raises(SandboxBroken):
        ran()
    settings.PYTHON_SANDBOX_COMMAND = str(stand_in / "nothing")
    with pytest.raises(SandboxBroken):
        ran()


def test_a_turn_that_is_stopped_takes_its_container_along(stand_in: Path) -> None:
    behave(stand_in, "hang")

    async def stopped() -> None:
        task = asyncio.create_task(run_in_container("1", (), LIMITS))
        await asyncio.sleep(0.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(stopped())
    assert len((stand_in / "calls").read_text().splitlines()) == 2


def test_errors_are_told_without_our_own_frames_and_output_is_cut() -> None:
    limits = {"characters": 100, "files": 1, "bytes": 10}
    said = json.loads(run("def f():\n    1 / 0\nf()", limits))
    assert 'File "<program>", line 2, in f' in said["error"] and "guest.py" not in said["error"]
    assert json.loads(run("import sys; sys.exit(3)", limits))["error"] == "SystemExit: 3"
    endless = json.loads(run("while True: print('x' * 50)", limits))
    assert (len(endless["stdout"]), endless["truncated"]) == (100, True)
    assert "TooMuchOutput" in endless["error"]
    assert "SyntaxError" in json.loads(run("if", limits))["error"]
    table = json.loads(run("import show\nshow.table([[1, None], [2, 'b']], columns=['a', 'b'])", limits))[
        "tables"
    ][0]
    assert [one["kind"] for one in table["columns"]] == ["number", "text"]
