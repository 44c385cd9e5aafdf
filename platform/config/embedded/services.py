"""All embedded services over one data folder, each only where the environment names no outside one."""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from config.embedded import processes, sockets
from config.embedded.errors import StartError
from config.embedded.model_server import smollm2_path
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.roles import APP, OWNER
from config.embedded.valkey import EmbeddedValkey

ROOT = Path(__file__).resolve().parents[3]
NAMES = {"postgres": "PostgreSQL", "valkey": "Valkey"}
Say = Callable[[str], None]


def open_data_folder(folder: Path) -> None:
    """Make the data folder with its logs, and prove that it can be written to.

    Raises:
        StartError: it cannot be made, belongs to somebody else, or the disk is full.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "logs").mkdir(exist_ok=True)
        probe = folder / ".write-test"
        probe.write_bytes(b"\0" * 65536)
        probe.unlink()
    except OSError as error:
        raise StartError(
            f"The data folder {folder} cannot be written to: {error.strerror}. Free some space or fix its permissions, "
            "or name another folder with BOTTEGA_DATA."
        ) from error


class EmbeddedServices:
    """PostgreSQL, Valkey and the local chat models.

    Args:
        data: the data folder.
        given: the environment: what it names is not started here.
        durable: False for tests.
        models: whether to serve SmolLM2 and LOCAL_MODEL.
    """

    def __init__(
        self, *, data: Path, given: Mapping[str, str], durable: bool = True, models: bool = True
    ) -> None:
        self.data, self.given, self.models = data, given, models
        logs = data / "logs"
        self.postgres = (
            None
            if given.get("DATABASE_URL")
            else EmbeddedPostgres(
                folder=data / "postgres",
                log=logs / "postgres.log",
                durable=durable,
                buffers=given.get("POSTGRES_BUFFERS", ""),
            )
        )
        self.valkey = (
            None
            if given.get("REDIS_URL")
            else EmbeddedValkey(folder=data / "valkey", log=logs / "valkey.log", durable=durable)
        )
        self.model_servers: dict[str, tuple[Path, int, subprocess.Popen[bytes] | None]] = {}

    def start(self, say: Say) -> None:
        """Start what is needed, with a line for each.

        Raises:
            StartError: something does not come up; what had been started is stopped again.
        """
        try:
            if self.postgres:
                say(
                    "Starting PostgreSQL" if self.postgres.folder.exists() else "Setting up PostgreSQL (once)"
                )
                self.postgres.start()
            if self.valkey:
                say("Starting Valkey")
                self.valkey.start()
            if self.models:
                self._start_models(say)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all of it, the stores last."""
        for _, _, process in self.model_servers.values():
            if process:
                processes.end(process, patience=5)
        if self.valkey:
            self.valkey.stop()
        if self.postgres:
            self.postgres.stop()

    def revive(self) -> list[str]:
        """Start again whatever has ended; returns the names."""
        ended = [name for name, process in self.processes().items() if process.poll() is not None]
        for name in ended:
            if name == "postgres" and self.postgres:
                self.postgres.start()
            elif name == "valkey" and self.valkey:
                self.valkey.start()
            else:
                path, port, _ = self.model_servers[name]
                self._serve(name, path, path.stem, port)
        return [NAMES.get(name, "A model server") for name in ended]

    def environment(self) -> dict[str, str]:
        """Variables for the processes that use these services."""
        made: dict[str, str] = {}
        if self.postgres:
            made["DATABASE_URL"] = self.postgres.url(role=APP)
            made["DATABASE_OWNER_URL"] = self.postgres.url(role=OWNER)
            made["DATABASE_PREPARES"] = self.given.get("DATABASE_PREPARES", "1")  # no pooler stands between
        if self.valkey:
            made["REDIS_URL"] = self.valkey.url()
            if not self.given.get("CELERY_BROKER_URL"):
                made["CELERY_BROKER_URL"] = self.valkey.broker_url()
        for variable, (_, port, _) in self.model_servers.items():
            made[variable] = f"http://127.0.0.1:{port}/v1"
        return made

    def processes(self) -> dict[str, subprocess.Popen[bytes]]:
        """The running servers by name."""
        running = {
            "postgres": self.postgres and self.postgres.process,
            "valkey": self.valkey and self.valkey.process,
        }
        running |= {variable: process for variable, (_, _, process) in self.model_servers.items()}
        return {name: process for name, process in running.items() if process}

    def _start_models(self, say: Say) -> None:
        smollm2 = smollm2_path()
        if smollm2 and not self.given.get("BOTTEGA_SMOLLM2_URL"):
            self._serve("BOTTEGA_SMOLLM2_URL", smollm2, "smollm2-135m", sockets.free_port())
        if (local := self.given.get("LOCAL_MODEL")) and not self.given.get("BOTTEGA_LOCAL_MODEL_URL"):
            path = Path(local).expanduser()
            if not path.is_file():
                raise StartError(
                    f"LOCAL_MODEL names {path}, which is no file. Give the path of a .gguf model."
                )
            say(f"Loading the model {path.name}")
            self._serve("BOTTEGA_LOCAL_MODEL_URL", path, path.stem, sockets.free_port())

    def _serve(self, variable: str, path: Path, name: str, port: int) -> None:
        log = self.data / "logs" / f"{'smollm2' if 'SMOLLM2' in variable else 'local-model'}.log"
        environment = processes.plain_environment() | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}
        with log.open("wb") as output:
            process = processes.spawn(
                [sys.executable, "-m", "config.embedded.model_server", path, name, str(port)],
                env=environment,
                cwd=ROOT,
                output=output,
                end_signal=signal.SIGTERM,
            )
        self.model_servers[variable] = (path, port, process)


def stored_secret(data: Path) -> str:
    """The development secret of this data folder, made at first use."""
    file = data / "secret_key"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(48))
    return file.read_text().strip()
