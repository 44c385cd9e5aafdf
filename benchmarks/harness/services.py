"""A Bottega of one's own on free ports, over a folder that is removed afterwards; without worker and demo content."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]

from config.embedded import processes  # noqa: E402 - needs both source roots
from config.embedded.services import EmbeddedServices, open_data_folder, stored_secret  # noqa: E402
from config.embedded.sockets import free_port  # noqa: E402
from config.up.parts import bottega_parts, child_environment  # noqa: E402

# Somebody's services and settings must not leak into what is measured.
NOT_OURS = {
    "DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_ADMIN_URL", "REDIS_URL", "CELERY_BROKER_URL", "OPENAI_BASE_URL",
    "OPENAI_API_KEY", "LOCAL_MODEL", "DEFAULT_MODEL", "EMBEDDING_MODEL", "S3_BUCKET", "EMAIL_URL", "PORT", "HOST",
    "PUBLIC_URL", "SECRET_KEY", "BOTTEGA_ENV", "BOTTEGA_DATA", "BOTTEGA_DEMO", "EGRESS_ALLOW", "EGRESS_NAMESERVERS",
    "TRUSTED_PROXIES",
}  # fmt: skip
START_SECONDS = 60


class Installation:
    """Stores that run, migrated tables, and the environment that finds them.

    Attributes:
        environment: of every process that uses them.
    """

    def __init__(self, data: Path, services: EmbeddedServices, settings: Mapping[str, str]) -> None:
        self.data = data
        made = services.environment() | {
            "BOTTEGA_DATA": str(data),
            "BOTTEGA_DEMO": "0",
            "SECRET_KEY": stored_secret(data),
        }
        given = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
        self.environment = child_environment(given, root=ROOT, made=made | settings)
        self.environment["PYTHONPATH"] += f"{os.pathsep}{BENCHMARKS}"

    def run(self, *arguments: str) -> str:
        """Run a Python module over this installation to its end; gives what it printed.

        Raises:
            SystemExit: it failed; its words go along.
        """
        done = subprocess.run(
            [sys.executable, "-m", *arguments], env=self.environment, cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode:
            raise SystemExit(f"{arguments[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    @contextmanager
    def web(self) -> Iterator[tuple[str, int]]:
        """The web process as `make run` starts it: its address and pid."""
        port = free_port()
        part = bottega_parts(host="127.0.0.1", port=port, data=self.data, given=self.environment)[0]
        environment = self.environment | part.environment | {"PORT": str(port)}
        with running(part.arguments, environment, self.data / "logs" / "web.log") as process:
            address = f"http://127.0.0.1:{port}"
            wait_until_up(f"{address}/health/live", process)
            yield address, process.pid


@contextmanager
def installation(settings: Mapping[str, str]) -> Iterator[Installation]:
    """Set up stores in a temporary folder and bring their tables up to date; all of it is gone afterwards.

    Args:
        settings: more variables of the environment.
    """
    with ExitStack() as stack:
        data = Path(tempfile.mkdtemp(prefix="bottega-bench-"))
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        open_data_folder(data)
        services = EmbeddedServices(data=data, given=settings, models=False)
        stack.callback(services.stop)
        services.start(lambda line: None)
        made = Installation(data, services, settings)
        made.run("config.up.prepare")
        yield made


def seed(made: Installation, models: list[str]) -> tuple[str, dict[str, str]]:
    """A key, and the ids of published assistants by the model that they answer with."""
    seeded = json.loads(made.run("harness.seed", *models).splitlines()[-1])
    return seeded["key"], seeded["assistants"]


@contextmanager
def upstream(models: list[str]) -> Iterator[tuple[str, int]]:
    """The upstream: its base URL and pid."""
    port = free_port()
    environment = dict(os.environ) | {"PYTHONPATH": str(BENCHMARKS)}
    with running([sys.executable, "-m", "harness.upstream", str(port), *models], environment) as process:
        wait_until_up(f"http://127.0.0.1:{port}/v1/models", process)
        yield f"http://127.0.0.1:{port}/v1", process.pid


@contextmanager
def bare_asgi(upstream_url: str) -> Iterator[tuple[str, int]]:
    """The reference in front of an upstream: its base URL and pid."""
    port = free_port()
    environment = dict(os.environ) | {"PYTHONPATH": str(BENCHMARKS), "UPSTREAM": upstream_url}
    arguments = [
        sys.executable, "-m", "uvicorn", "harness.bare_asgi:application", "--host", "127.0.0.1", "--port", str(port),
        "--log-level", "warning", "--no-access-log", "--no-server-header", "--lifespan", "off", "--no-proxy-headers",
    ]  # fmt: skip
    with running(arguments, environment) as process:
        wait_until_up(f"http://127.0.0.1:{port}/", process)
        yield f"http://127.0.0.1:{port}/v1", process.pid


@contextmanager
def running(
    arguments: list[str], environment: Mapping[str, str], log: Path | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block."""
    with log.open("wb") if log else tempfile.TemporaryFile() as output:
        process = processes.spawn(arguments, env=environment, cwd=ROOT, output=output)
        try:
            yield process
        finally:
            processes.end(process, patience=12)


def wait_until_up(address: str, process: subprocess.Popen[bytes]) -> None:
    """Return once an address answers.

    Raises:
        SystemExit: the process ended, or it took too long.
    """
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with urlopen(address, timeout=5) as answer:
                answer.read()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise SystemExit(f"{address} did not come up: {' '.join(map(str, process.args))}")
