"""`python -m config.up`: start everything, keep it running, stop everything."""

import os
import signal
import subprocess
import sys
import time
from types import FrameType
from typing import NoReturn

from config.embedded import processes
from config.embedded.attach import data_folder
from config.embedded.errors import StartError
from config.embedded.services import ROOT, EmbeddedServices, open_data_folder, stored_secret
from config.up.console import Console
from config.up.parts import Supervisor, bottega_parts, child_environment
from config.up.readiness import is_ready, refuse_busy_port
from config.up.state import RunState

DEMO_PEOPLE = ("creator@bottega.local", "member@bottega.local", "staff@bottega.local")
DEMO_PASSWORD = "bottega"  # noqa: S105 - printed for everybody, never in production
READY_SECONDS = 120
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(BaseException):
    """Ctrl-C, SIGINT or SIGTERM."""


class Manager:
    """One run, from the claim on the data folder to its release."""

    def __init__(self) -> None:
        self.console = Console()
        self.data = data_folder()
        self.host = os.environ.get("HOST") or "127.0.0.1"
        self.port = _port()
        self.production = os.environ.get("BOTTEGA_ENV") == "production"
        self.state = RunState(self.data)
        self.services: EmbeddedServices | None = None
        self.supervisor: Supervisor | None = None
        self._preparation: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def run(self) -> NoReturn:
        """Start all and tend it until a signal or a failure ends it.

        Raises:
            StartError: something does not start, or does not stay up.
            StopRequested: somebody ended it.
        """
        _check_given_addresses()
        open_data_folder(self.data)
        self.state.claim()
        if busy := refuse_busy_port(host=self.host, port=self.port):
            raise StartError(busy)
        self.services = EmbeddedServices(data=self.data, given=os.environ)
        self.services.start(lambda line: self.console.say(f"{line} …", part="setup"))
        environment = self._environment(self.services)
        self._prepare(environment)
        parts = bottega_parts(host=self.host, port=self.port, data=self.data, given=os.environ)
        self.supervisor = Supervisor(parts=parts, console=self.console, environment=environment, root=ROOT)
        self.supervisor.start_all()
        self._wait_until_ready()
        self._welcome()
        while True:
            self._tend()

    def stop(self) -> None:
        """Stop what runs, the stores last, and leave nothing behind."""
        if self._preparation:
            processes.end(self._preparation, patience=5)
        if self.supervisor:
            self.supervisor.stop()
        if self.services:
            self.services.stop()
        self.state.release()

    def _environment(self, services: EmbeddedServices) -> dict[str, str]:
        made = services.environment() | {"BOTTEGA_DATA": str(self.data), "PORT": str(self.port)}
        if not self.production and not os.environ.get("SECRET_KEY"):
            made["SECRET_KEY"] = stored_secret(self.data)
        self._made = made
        self._note()
        return child_environment(os.environ, root=ROOT, made=made)

    def _note(self) -> None:
        assert self.services
        running = [process.pid for process in self.services.processes().values()]
        running += [
            part.process.pid for part in (self.supervisor.parts if self.supervisor else []) if part.process
        ]
        leftovers = self.services.postgres.leftovers if self.services.postgres else []
        self.state.note(url=self.url, environment=self._made, children=running, leftovers=leftovers)

    def _prepare(self, environment: dict[str, str]) -> None:
        self._preparation = processes.spawn(
            [sys.executable, "-m", "config.up.prepare"], env=environment, cwd=ROOT, output=subprocess.PIPE
        )
        assert self._preparation.stdout
        said = ""
        for line in self._preparation.stdout:
            said = line.decode(errors="replace").rstrip()
            self.console.say(said, part="setup")
        if self._preparation.wait():
            raise StartError(f"Bottega could not be prepared: {said}")

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready(host=self.host, port=self.port):
            self._tend()
            if time.monotonic() > deadline:
                raise StartError(
                    f"Bottega did not become ready within {READY_SECONDS} seconds: {self.url}/health/ready says what is "
                    "missing while it runs, and the lines above say why."
                )
        self._note()

    def _tend(self) -> None:
        assert self.supervisor and self.services
        time.sleep(0.2)
        changed = self.supervisor.tend()
        for name in self.services.revive():
            self.console.say(f"{name} had ended and was started again.")
            changed = True
        if changed:
            self._note()

    def _welcome(self) -> None:
        self.console.plain(f"Bottega is ready on {self.url}")
        if not self.production and os.environ.get("BOTTEGA_DEMO", "1") not in ("0", "false", "no", "off"):
            self.console.plain(f"Sign in as {', '.join(DEMO_PEOPLE)} with the password {DEMO_PASSWORD}")
        self.console.plain("Stop with Ctrl-C, or make stop in another terminal")


def _port() -> int:
    given = os.environ.get("PORT") or "8000"
    if not given.isdigit() or not 0 < int(given) < 65536:
        raise StartError(f"PORT={given} is no port: give a number from 1 to 65535.")
    return int(given)


def _check_given_addresses() -> None:
    if os.environ.get("DATABASE_URL") and not os.environ.get("DATABASE_OWNER_URL"):
        raise StartError(
            "DATABASE_URL is given, so DATABASE_OWNER_URL must be too: the role that owns and migrates the tables. "
            "docs/operators.md shows how to make both roles."
        )


def _on_signal(number: int, frame: FrameType | None) -> None:
    for each in ENDING:
        signal.signal(each, signal.SIG_IGN)
    raise StopRequested


def main() -> int:
    """Run until told to stop; returns the exit code."""
    for each in ENDING:
        signal.signal(each, _on_signal)
    try:
        manager = Manager()
    except StartError as error:
        Console().error(str(error))
        return 1
    try:
        manager.run()
    except StopRequested:
        manager.console.say("Stopping …")
        return 0
    except StartError as error:
        manager.console.error(str(error))
        return 1
    finally:
        for each in ENDING:
            signal.signal(each, signal.SIG_IGN)
        manager.stop()


if __name__ == "__main__":
    sys.exit(main())
