"""`make backup` and `make restore`: the database and the uploaded files in one dated archive.

`python -m config.backup save [PATH]` · `python -m config.backup restore PATH`. Works with embedded services,
running or not, and with a database outside.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from config.embedded import binaries
from config.embedded.attach import data_folder, running_services
from config.embedded.errors import StartError
from config.embedded.services import EmbeddedServices, open_data_folder
from config.up.state import RunState

DUMP, FILES, SECRET = "database.dump", "files", "secret_key"
# What a superuser made when the database was set up is there already, and not the owner's to make.
SUPERUSERS = re.compile(
    r"\d+; \d+ \d+ (EXTENSION|COMMENT - EXTENSION|SCHEMA|(ACL|COMMENT) - SCHEMA|DEFAULT ACL) "
)


@contextmanager
def _owner_url() -> Iterator[str]:
    """The owner's database address: given, running, or started for the while."""
    if os.environ.get("DATABASE_URL"):
        if not (given := os.environ.get("DATABASE_OWNER_URL")):
            raise StartError("DATABASE_URL is given, so DATABASE_OWNER_URL must be too.")
        yield given
    elif running := running_services():
        yield running["DATABASE_OWNER_URL"]
    else:
        with _services_for_the_while() as services:
            yield services.environment()["DATABASE_OWNER_URL"]


@contextmanager
def _services_for_the_while() -> Iterator[EmbeddedServices]:
    data = data_folder()
    open_data_folder(data)
    state = RunState(data)
    state.claim()
    services = EmbeddedServices(data=data, given={"REDIS_URL": "unused"}, models=False)
    try:
        services.start(lambda line: None)
        yield services
    finally:
        services.stop()
        state.release()


def save(target: Path | None) -> Path:
    """Write the archive; returns its path."""
    data = data_folder()
    name = f"bottega-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.tar.gz"
    archive = (target / name if target and target.is_dir() else target) or data / "backups" / name
    archive.parent.mkdir(parents=True, exist_ok=True)
    unfinished = archive.with_name(archive.name + ".part")
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder, _owner_url() as url:
        dump = Path(folder) / DUMP
        _postgres_program(
            "pg_dump", ["--format=custom", "--no-owner", f"--file={dump}", "--role=" + _across(), url]
        )
        unfinished.touch(mode=0o600)
        with tarfile.open(unfinished, "w:gz") as tar:
            for path, arcname in ((dump, DUMP), (data / "files", FILES), (data / SECRET, SECRET)):
                if path.exists():
                    tar.add(path, arcname=arcname)
    unfinished.replace(archive)
    return archive


def _across() -> str:
    # Row-level security binds the owner too; a dump must see every row.
    return os.environ.get("DATABASE_ACROSS_ROLE", "bottega_across")


def restore(archive: Path) -> None:
    """Replace database and files with the archive's.

    Raises:
        StartError: Bottega runs, or the archive is none of ours.
    """
    if running_services():
        raise StartError("Bottega is running. Stop it first (make stop), then restore.")
    data = data_folder()
    open_data_folder(data)
    with tempfile.TemporaryDirectory(dir=data) as folder, _owner_url() as url:
        unpacked = Path(folder)
        _unpack(archive, unpacked)
        _empty(url)
        _load(unpacked / DUMP, url)
        shutil.rmtree(data / FILES, ignore_errors=True)
        for name in (FILES, SECRET):
            if (unpacked / name).exists():
                shutil.move(unpacked / name, data / name)


def _load(dump: Path, url: str) -> None:
    listing = _postgres_program("pg_restore", ["--list", str(dump)])
    wanted = dump.with_suffix(".list")
    wanted.write_text("\n".join(line for line in listing.splitlines() if not SUPERUSERS.match(line)))
    options = [
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        f"--use-list={wanted}",
        f"--dbname={url}",
    ]
    _postgres_program("pg_restore", [*options, str(dump)])


def _unpack(archive: Path, folder: Path) -> None:
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise StartError(f"{archive} cannot be read as a backup: {error}.") from error
    if not (folder / DUMP).is_file():
        raise StartError(f"{archive} is no backup of Bottega: it holds no {DUMP}.")


def _empty(url: str) -> None:
    """Drop what the owner owns; extensions and default privileges, which a superuser made, stay."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = connection.execute(
            "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user"
        )
        if names := ", ".join(row[0] for row in tables):
            connection.execute(f"DROP TABLE {names} CASCADE".encode())
        functions = connection.execute(
            "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace"
            " AND pg_get_userbyid(p.proowner) = current_user"
        )
        for (function,) in functions.fetchall():
            connection.execute(f"DROP ROUTINE IF EXISTS {function} CASCADE".encode())


def _postgres_program(name: str, arguments: list[str]) -> str:
    done = subprocess.run([binaries.program(name), *arguments], capture_output=True, text=True)
    if done.returncode:
        raise StartError(f"{name} failed: {done.stderr.strip()}")
    return done.stdout


def main(arguments: list[str]) -> int:
    """Save or restore; returns the exit code."""
    path = Path(arguments[1]).absolute() if len(arguments) > 1 else None
    try:
        if arguments[:1] == ["restore"]:
            if path is None:
                raise StartError("Name the backup: make restore RESTORE=path/to/bottega-….tar.gz")
            restore(path)
            print("Restored. Start Bottega with make run.")
        else:
            print(f"Saved {save(path)}")
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
