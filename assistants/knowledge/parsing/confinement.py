"""What a parser process and its parent may not do. Set by itself, before it opens the file."""

import contextlib
import ctypes
import platform
import resource
import signal
import struct
import sys
from typing import Any

MEMORY_BYTES = 480 * 1024 * 1024
OUTPUT_BYTES = 1024 * 1024
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_FILTER = 1, 38, 22, 2
# machine: (audit architecture, system call numbers of socket, socketpair, connect and ptrace, those of execve and execveat)
_FORBIDDEN = {
    "x86_64": (0xC000003E, (41, 53, 42, 101), (59, 322)),
    "aarch64": (0xC00000B7, (198, 199, 203, 117), (221, 281)),
}


def confine(
    *,
    cpu_seconds: int,
    programs: bool = False,
    output_bytes: int = OUTPUT_BYTES,
    memory_bytes: int = MEMORY_BYTES,
) -> None:
    """Give up the network, other programs, and more memory, time and disk than a document needs.

    Args:
        programs: other programs may be started, each under the same limits.
        output_bytes: the most that one file may have which it writes. memory_bytes: the most address space that it may have.
    """
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, output_bytes)
    if not programs:
        sys.addaudithook(_refuse)
    if sys.platform == "linux":
        _filter_system_calls(programs)


def confine_parent() -> None:
    """The same for the parent of parsers, as far as it can: it forks, and a child may start text recognition before it
    confines itself. What it gives up, all of its children have given up."""
    _limit(resource.RLIMIT_AS, MEMORY_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, OUTPUT_BYTES)
    if sys.platform == "linux":
        _filter_system_calls(programs=True)


def open_nothing_more() -> None:
    """Open no further file from here on, whatever asks for one; what is open stays open."""
    _limit(resource.RLIMIT_NOFILE, 0)


def end_with_parent() -> None:
    """Be killed when the thread ends that made this process, where the system knows how."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _limit(kind: int, value: int) -> None:
    _soft, hard = resource.getrlimit(kind)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # macOS knows no limit of the address space
        resource.setrlimit(kind, (value, value))


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event.startswith(("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.system")):
        raise PermissionError(f"a parser may not use {event}")


def _filter_system_calls(programs: bool) -> None:
    """The kernel refuses sockets and, but for `programs`, new programs, whatever a broken native library tries."""
    known = _FORBIDDEN.get(platform.machine())
    if known is None:
        return
    architecture, network, execution = known
    program = _program(architecture, network if programs else network + execution)
    libc = ctypes.CDLL(None, use_errno=True)
    code = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        libc.prctl(_PR_SET_SECCOMP, _SECCOMP_FILTER, ctypes.create_string_buffer(header), 0, 0)


def _program(architecture: int, calls: tuple[int, ...]) -> bytes:
    load, jump_equal, answer = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050000 | 1  # EPERM
    lines = [(load, 0, 0, 4), (jump_equal, 1, 0, architecture), (answer, 0, 0, refuse), (load, 0, 0, 0)]
    for index, number in enumerate(calls):
        lines.append((jump_equal, len(calls) - index, 0, number))
    lines += [(answer, 0, 0, allow), (answer, 0, 0, refuse)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
