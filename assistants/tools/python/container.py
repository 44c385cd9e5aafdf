"""Python in a container beside us: a process of its own without network, files, rights or a life beyond one program."""

import asyncio
import base64
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _

from assistants.actions.models import ActionFile
from assistants.tools.python.answers import PythonAnswer, read_answer
from assistants.tools.python.limits import PythonLimits
from kernel.db import run_db
from kernel.errors import DomainError
from kernel.ids import new_public_id

GUEST = Path(__file__).with_name("guest.py")
START_SECONDS = 10  # beside the program's own
AT_ONCE = 4  # containers of one process
_room: dict[asyncio.AbstractEventLoop, asyncio.Semaphore] = {}
logger = structlog.get_logger(__name__)


class SandboxBroken(DomainError):
    code = "sandbox_unavailable"
    status = 503
    user_message = _("The sandbox could not be started, so the program was not run. Try again in a minute.")


async def run_in_container(
    code: str, files: Sequence[tuple[str, ActionFile]], limits: PythonLimits
) -> PythonAnswer:
    """Run a program in a container of its own.

    Args:
        files: what it finds in /in, by name.

    Raises:
        SandboxBroken: the container could not be started, or gave back what no program's answer is.
    """
    asked = {
        "code": code,
        "files": [{"name": name, "data": await run_db(_base64, file)} for name, file in files],
        "limits": limits.document(),
    }
    room = _room.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    async with room:
        return await _run(orjson.dumps(asked), limits)


def command(name: str, limits: PythonLimits) -> list[str]:
    """The whole command of one container: what it may not do stands here."""
    memory = str(limits.memory)
    return [
        settings.PYTHON_SANDBOX_COMMAND, "run", "--rm", "--interactive", "--name", name, "--pull", "never",
        "--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
        "--pids-limit", "32", "--memory", memory, "--memory-swap", memory, "--cpus", "1", "--user", "65534:65534",
        "--ulimit", "nofile=256:256", "--ulimit", "core=0:0", "--log-driver", "none", "--ipc", "none",
        "--tmpfs", "/in:rw,noexec,nosuid,nodev,size=32m,mode=1777",
        "--tmpfs", "/out:rw,noexec,nosuid,nodev,size=32m,mode=1777",
        "--tmpfs", "/tmp:rw,noexec,nosuid,nodev,size=32m,mode=1777",  # noqa: S108 - the container's own
        "--workdir", "/out", "--env", "PYTHONDONTWRITEBYTECODE=1", "--entrypoint", "python3",
        settings.PYTHON_SANDBOX_IMAGE, "-I", "-c", f"{GUEST.read_text()}\n\nserve()\n",
    ]  # fmt: skip


async def _run(asked: bytes, limits: PythonLimits) -> PythonAnswer:
    name = new_public_id("bottega-python-").lower()
    try:
        process = await asyncio.create_subprocess_exec(
            *command(name, limits),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env={"PATH": settings.PYTHON_SANDBOX_PATH},
        )
    except OSError as error:
        logger.error("python_sandbox_not_started", error=str(error))
        raise SandboxBroken from None
    try:
        async with asyncio.timeout(limits.seconds + START_SECONDS):
            written = await _talk(process, asked, limits.answer)
    except TimeoutError:
        return PythonAnswer(state="timeout")
    except TooLong:
        return PythonAnswer(state="large")
    finally:
        # Also where the turn was stopped: the container ends with whoever started it, and is removed by name.
        await asyncio.shield(asyncio.ensure_future(_end(process, name)))
    return _read(process.returncode, written)


class TooLong(Exception):
    """It writes more than it may."""


async def _talk(process: Process, asked: bytes, most: int) -> bytes:
    assert process.stdin and process.stdout
    sending = asyncio.ensure_future(_send(process, asked))
    written = bytearray()
    try:
        while piece := await process.stdout.read(65_536):
            written += piece
            if len(written) > most:
                raise TooLong
        await process.wait()
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return bytes(written)


async def _send(process: Process, asked: bytes) -> None:
    assert process.stdin
    try:
        process.stdin.write(asked)
        await process.stdin.drain()
        process.stdin.close()
    except ConnectionError:  # it died before it had read all
        pass


async def _end(process: Process, name: str) -> None:
    """Make sure that neither the command nor its container lives on."""
    if process.returncode is not None:
        return
    process.kill()
    assert process.stdout
    while await process.stdout.read(1_000_000):  # its end is only noticed once what is in the pipe was read
        pass
    await process.wait()
    try:
        remover = await asyncio.create_subprocess_exec(
            settings.PYTHON_SANDBOX_COMMAND, "rm", "--force", name,
            stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, env={"PATH": settings.PYTHON_SANDBOX_PATH},
        )  # fmt: skip
        async with asyncio.timeout(START_SECONDS):
            await remover.wait()
    except (OSError, TimeoutError):
        logger.error("python_sandbox_not_removed", container=name)


def _read(code: int | None, written: bytes) -> PythonAnswer:
    if not written and code in (125, 126, 127):  # what docker and podman say where they could not start it
        logger.error("python_sandbox_not_started", code=code)
        raise SandboxBroken
    try:
        document: Any = orjson.loads(written)
        return read_answer(document)
    except (orjson.JSONDecodeError, DomainError):
        return PythonAnswer(state="crashed")


def _base64(file: ActionFile) -> str:
    with default_storage.open(file.storage_key) as opened:
        return base64.b64encode(opened.read()).decode()
