"""Short enough places for Unix sockets, and free ports."""

import hashlib
import os
import socket
import tempfile
from pathlib import Path

from config.embedded.errors import StartError

LONGEST = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS


def short_folder(folder: Path, *, longest_name: str, uid: int, gid: int) -> Path:
    """The folder itself, or a private one among the temporary files where the socket's path would be too long."""
    if len(str(folder / longest_name).encode()) <= LONGEST:
        return folder
    key = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
    candidates = [Path(base) / f"bottega-{key}-{uid}" for base in (tempfile.gettempdir(), "/tmp")]  # noqa: S108
    short = next((c for c in candidates if len(str(c / longest_name).encode()) <= LONGEST), candidates[-1])
    short.mkdir(mode=0o700, exist_ok=True)
    _claim(short, uid, gid)
    return short


def _claim(folder: Path, uid: int, gid: int) -> None:
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid not in (uid, 0) or found.st_mode & 0o077:
        raise StartError(
            f"{folder} belongs to somebody else. Remove it, or give BOTTEGA_DATA a shorter path."
        )
    if found.st_uid != uid:
        os.chown(folder, uid, gid)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
