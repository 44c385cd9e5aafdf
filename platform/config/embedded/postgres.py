"""A PostgreSQL of our own: initialised, started, stopped, repaired after a killed run.

As root the server runs as another user, who need not be able to reach the data folder by its path: the server
starts with that folder as its working directory and knows it as /proc/self/cwd.
"""

import getpass
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from config.embedded import binaries, processes, roles, sockets
from config.embedded.errors import StartError

MAJOR = "18"
PORT = 5432
SOCKET = f".s.PGSQL.{PORT}.lock"
DATABASE = "bottega"
SUPERUSER = "postgres"
INITDB = (
    f"--username={SUPERUSER}", "--auth=peer", "--encoding=UTF8", "--no-instructions", "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8", "--locale=C", "--lc-ctype=C.UTF-8",
)  # fmt: skip
BUFFERS = re.compile(r"([1-9]\d{0,5}(MB|GB))?")
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "jit": "off",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
    "max_wal_size": "2GB",
    "max_connections": "120",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}
# Nor does it gather statistics by itself: which plan a test gets would hang on when it does.
CARELESS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
START_SECONDS = 60


class EmbeddedPostgres:
    """One server over one folder.

    Args:
        folder: holds the cluster; made where it is missing.
        log: the server's own log file.
        durable: False trades safety in a crash for speed (tests).
    """

    def __init__(self, *, folder: Path, log: Path, durable: bool = True, buffers: str = "") -> None:
        self.folder, self.log, self.durable, self.buffers = folder, log, durable, buffers
        self.user = processes.service_user()
        self._process: subprocess.Popen[bytes] | None = None
        self._copy: Path | None = None
        self._socket_folder = folder

    def start(self) -> None:
        """Start the server and make sure of roles and database.

        Raises:
            StartError: the folder is damaged, another version's, or the server does not come up; or
                POSTGRES_BUFFERS is no size.
        """
        if not BUFFERS.fullmatch(self.buffers):
            raise StartError(
                f"POSTGRES_BUFFERS is {self.buffers!r}. Give whole megabytes or gigabytes, such as 2GB, or leave it out."
            )
        self._check_folder()
        self._stop_orphan()
        programs, self._copy = binaries.reachable_by(self.user, folders=[self.folder.parent])
        if not (self.folder / "PG_VERSION").exists():
            self._initialise(programs)
        self._socket_folder = sockets.short_folder(
            self.folder, longest_name=SOCKET, uid=self.user.uid, gid=self.user.gid
        )
        self._write_access_rules()
        self._launch(programs)
        roles.ensure_roles(admin_url=self.url(role=SUPERUSER, database="postgres"))
        roles.ensure_database(admin_url=self.url(role=SUPERUSER, database="postgres"), name=DATABASE)

    def stop(self) -> None:
        """Stop the server; clients are disconnected and nothing is lost."""
        if self._process is not None:
            processes.end(self._process, end_signal=signal.SIGINT, patience=30)
        for leftover in (self._copy, self._socket_folder if self._socket_folder != self.folder else None):
            if leftover is not None:
                shutil.rmtree(leftover, ignore_errors=True)
        self._process = self._copy = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The running server."""
        return self._process

    @property
    def leftovers(self) -> list[str]:
        """Folders outside the data folder that `stop` removes."""
        return [str(path) for path in (self._copy,) if path is not None]

    def url(self, *, role: str, database: str = DATABASE) -> str:
        """A connection string for a role, through the private socket."""
        return f"postgresql://{role}@/{database}?host={quote(str(self._socket_folder))}"

    def _check_folder(self) -> None:
        version_file = self.folder / "PG_VERSION"
        if not self.folder.exists():
            return
        if not version_file.exists():
            raise StartError(
                f"The database folder {self.folder} is damaged: PG_VERSION is missing. Restore a backup into an empty "
                "BOTTEGA_DATA (make restore), or move the folder away to start anew."
            )
        if (version := version_file.read_text().strip()) != MAJOR:
            raise StartError(
                f"The database folder {self.folder} was made by PostgreSQL {version}; this Bottega brings {MAJOR}. Save "
                "it with the Bottega that made it (make backup), move the folder away, and use make restore."
            )
        if version_file.stat().st_uid != self.user.uid:
            raise StartError(
                f"The database folder {self.folder} belongs to another user. Run Bottega as the user that made it, or "
                "choose another BOTTEGA_DATA."
            )

    def _stop_orphan(self) -> None:
        pid_file = self.folder / "postmaster.pid"
        try:
            process = psutil.Process(int(pid_file.read_text().split("\n", 1)[0]))
            ours = "postgres" in process.name() and self.folder.samefile(f"/proc/{process.pid}/cwd")
        except (OSError, ValueError, psutil.Error):
            ours = False
        if ours:
            processes.end_family(process, end_signal=signal.SIGINT, patience=30)

    def _initialise(self, programs: Path) -> None:
        new = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700, parents=True)
        if self.user.switch:
            os.chown(new, self.user.uid, self.user.gid)
        made = subprocess.run(
            [programs / "bin" / "initdb", "-D", _data_argument(new), *INITDB],
            cwd=new,
            env=processes.plain_environment(),
            capture_output=True,
            text=True,
            **self.user.popen_arguments(),
        )
        if made.returncode:
            shutil.rmtree(new, ignore_errors=True)
            raise StartError(f"PostgreSQL could not be set up in {self.folder}: {_reason(made.stderr)}")
        new.rename(self.folder)

    def _write_access_rules(self) -> None:
        me = getpass.getuser() if not self.user.switch else "root"
        self._write("pg_hba.conf", "local all all peer map=bottega\n")
        self._write("pg_ident.conf", f'bottega "{me}" all\n')

    def _write(self, name: str, text: str) -> None:
        file = self.folder / name
        file.write_text(text)
        if self.user.switch:
            os.chown(file, self.user.uid, self.user.gid)

    def _launch(self, programs: Path) -> None:
        place = (
            _data_argument(self.folder) if self._socket_folder == self.folder else str(self._socket_folder)
        )
        values = SETTINGS | {
            "shared_buffers": self.buffers or _shared_buffers(),
            "unix_socket_directories": place,
        }
        values |= {} if self.durable else CARELESS
        options = [part for name, value in values.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("wb") as output:
            self._process = processes.spawn(
                [programs / "bin" / "postgres", "-D", _data_argument(self.folder), *options],
                env=processes.plain_environment(),
                cwd=self.folder,
                output=output,
                end_signal=signal.SIGINT,
                user=self.user,
            )
        self._wait_until_it_answers(self._process)

    def _wait_until_it_answers(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                psycopg.connect(self.url(role=SUPERUSER, database="postgres"), connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise StartError(f"PostgreSQL does not start: {self._why(error)}") from error
            time.sleep(0.03)

    def _why(self, error: Exception) -> str:
        lines = self.log.read_text(errors="replace").splitlines()
        reason = next((line for line in reversed(lines) if "FATAL" in line or "PANIC" in line), "")
        said = reason.split("] ", 1)[-1] or _last_line(str(error))
        return f"{said} (its log: {self.log}). If the data folder is damaged, restore a backup into an empty BOTTEGA_DATA."


def _data_argument(folder: Path) -> str:
    return "/proc/self/cwd" if sys.platform.startswith("linux") else str(folder)


def _shared_buffers() -> str:
    memory = psutil.virtual_memory().total // 2**20
    return f"{max(64, min(512, memory // 16))}MB"


def _reason(text: str) -> str:
    faults = [
        line for line in text.splitlines() if any(word in line for word in ("FATAL", "PANIC", "error:"))
    ]
    return faults[0].split(": ", 1)[-1].strip() if faults else _last_line(text)


def _last_line(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return lines[-1].strip() if lines else "no reason given"
