"""Parsers are forked from one process that waits: each is killed by itself, and nothing outlives whoever asked for it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.confined import ROOT
from assistants.knowledge.parsing.confinement import MEMORY_BYTES
from assistants.knowledge.parsing.runner import Parsing
from assistants.knowledge.parsing.standby import Parser, ParserLost, Standby
from tests.fakes import files

TEXT = b"The lease begins in March."
LONG = 2_000_000  # bytes of text: more than a pipe holds, so that its parser waits for its reader
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux ends a process with its parent")


@pytest.fixture
def standby() -> Iterator[Standby]:
    standby = Standby()
    yield standby
    standby.close()


@pytest.fixture
def text(tmp_path: Path) -> str:
    path = tmp_path / "one.txt"
    path.write_bytes(TEXT)
    return str(path)


@pytest.fixture
def long_text(tmp_path: Path) -> str:
    path = tmp_path / "long.txt"
    path.write_bytes((TEXT + b"\n\n") * (LONG // len(TEXT)))
    return str(path)


def parent_of(parser: Parser) -> psutil.Process:
    return psutil.Process(psutil.Process(parser.pid).ppid())


def gone(*processes: psutil.Process) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=5)
    return not alive


def until(true: Callable[[], bool]) -> bool:
    for _ in range(500):
        if true():
            return True
        time.sleep(0.01)
    return False


def test_each_file_has_a_process_of_its_own_and_all_have_one_parent(
    standby: Standby, text: str, long_text: str
) -> None:
    # Nobody reads what the first two say, so that neither can come to its end.
    with standby.send("txt", long_text, 10) as one, standby.send("txt", long_text, 10) as other:
        assert one.pid != other.pid
        assert parent_of(one) == parent_of(other)
        with standby.send("txt", text, 10) as third:
            assert TEXT in third.stdout.read()
            assert third.wait().code == 0


def test_how_it_ended_and_its_own_memory_are_told(standby: Standby, text: str, tmp_path: Path) -> None:
    big = tmp_path / "big.txt"
    big.write_bytes(TEXT + b" " * 20_000_000)
    peaks = []
    for path in (str(big), text):
        with standby.send("txt", path, 10) as parser:
            parser.stdout.read()
            ended = parser.wait()
        assert ended.code == 0
        peaks.append(ended.peak)
    assert peaks[1] + 20_000_000 < peaks[0] < MEMORY_BYTES
    assert peaks[1] > 5_000_000


def test_a_parser_that_nobody_reads_any_more_is_killed(standby: Standby, long_text: str) -> None:
    with standby.send("txt", long_text, 10) as parser:
        process, parent = psutil.Process(parser.pid), parent_of(parser)
        parser.stdout.readline()
    assert gone(process)
    assert parent.is_running()


def test_killing_one_leaves_the_others(standby: Standby, text: str, long_text: str) -> None:
    with standby.send("txt", long_text, 10) as one, standby.send("txt", long_text, 10) as other:
        one.kill()
        assert one.wait().code == -signal.SIGKILL
        assert len(other.stdout.read()) > LONG
        assert other.wait().code == 0


def test_a_parser_that_is_killed_from_outside_says_so(standby: Standby, long_text: str) -> None:
    with standby.send("txt", long_text, 10) as parser:
        os.kill(parser.pid, signal.SIGKILL)
        assert parser.wait().code == -signal.SIGKILL


@needs_linux
def test_a_killed_parent_takes_its_parsers_along_and_another_takes_its_place(
    standby: Standby, text: str, long_text: str
) -> None:
    with standby.send("txt", long_text, 10) as parser:
        process, parent = psutil.Process(parser.pid), parent_of(parser)
        parent.kill()
        assert gone(process)
        with pytest.raises(ParserLost):
            parser.wait()
    with standby.send("txt", text, 10) as next_one:
        assert TEXT in next_one.stdout.read()
        assert next_one.wait().code == 0


WORKER = """
import sys, time
sys.path.insert(0, {root!r})
from assistants.knowledge.parsing.standby import standby
parser = standby.send("txt", {path!r}, 10)
print(parser.pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_outlives_a_worker_that_is_killed(long_text: str, sign: signal.Signals) -> None:
    code = WORKER.format(root=str(ROOT), path=long_text)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        child = psutil.Process(int(worker.stdout.readline()))
        parent = psutil.Process(child.ppid())
        assert parent.ppid() == worker.pid
        worker.send_signal(sign)
    assert until(lambda: not child.is_running()) and until(lambda: not parent.is_running())


def test_a_forked_process_has_a_parent_of_parsers_of_its_own(standby: Standby, long_text: str) -> None:
    standby.renew()
    reading, writing = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            with standby.send("txt", long_text, 10) as parser:  # which is still read when it is looked at
                os.write(writing, b"%d" % psutil.Process(psutil.Process(parser.pid).ppid()).ppid())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(writing)
    with os.fdopen(reading, "rb") as told:
        assert int(told.read()) == pid


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_the_parent_has_given_up_the_network_and_memory_itself(standby: Standby, long_text: str) -> None:
    with standby.send("txt", long_text, 10) as parser:
        parent = parent_of(parser)
        assert "Seccomp:\t2" in Path(f"/proc/{parent.pid}/status").read_text()
        assert parent.rlimit(psutil.RLIMIT_AS) == (MEMORY_BYTES, MEMORY_BYTES)
        assert parent.rlimit(psutil.RLIMIT_CORE) == (0, 0)
        parser.stdout.readline()
        assert psutil.Process(parser.pid).rlimit(psutil.RLIMIT_CPU) == (10, 10)


@needs_linux
def test_a_parent_that_does_not_answer_is_replaced(standby: Standby, text: str, long_text: str) -> None:
    with standby.send("txt", long_text, 10) as parser:
        child, parent = psutil.Process(parser.pid), parent_of(parser)
        parent.suspend()
        assert standby._parent is not None
        standby._parent[2].settimeout(0.2)  # of this parent only: the next one has time to start
        with standby.send("txt", text, 10) as other:
            assert TEXT in other.stdout.read()
        assert gone(child)


def test_a_parsers_peak_of_memory_is_kept_with_its_reading(tmp_path: Path) -> None:
    path = tmp_path / "one.pdf"
    path.write_bytes(files.pdf([["Rent"], ["Deposit"]]))
    parsing = Parsing(path, format="pdf")
    list(parsing)
    assert 5_000_000 < parsing.peak < MEMORY_BYTES
    path.write_bytes(files.corrupt_pdf())
    refused = Parsing(path, format="pdf")
    with pytest.raises(ParsingFailed):
        list(refused)
    assert 5_000_000 < refused.peak < MEMORY_BYTES
