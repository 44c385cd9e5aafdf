"""The ground under all tests. Fixtures live in tests/fixtures/, one file a room; every file there is loaded."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import django.test
import hypothesis
import pytest
from django.db import connections
from django.test import override_settings

from tests.harness.database import is_at_rest, reset_rows, worker_database
from tests.harness.network import close_network
from tests.harness.redis import empty_redis, point_at_worker_redis

pytest_plugins = [
    f"tests.fixtures.{file.stem}"
    for file in sorted(Path(__file__).parent.glob("fixtures/*.py"))
    if file.stem != "__init__"
]


def worker_name() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "gw0")


def pytest_configure() -> None:
    if "DATABASE_ADMIN_URL" not in os.environ:
        pytest.exit(
            "Tests need their services: run `make test`, or `.venv/bin/python -m config.testing pytest …`.", 4
        )
    point_at_worker_redis(worker_name())
    close_network()
    # How long a machine that is full takes says nothing about what is tested.
    hypothesis.settings.register_profile(
        "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("busy")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    large = os.environ.get("BOTTEGA_LARGE") == "1"
    for item in items:
        if "large" in item.keywords and not large:
            item.add_marker(pytest.mark.skip(reason="runs in `make test-full`"))
    _hold_marks_to_their_files(items)


def _hold_marks_to_their_files(items: list[pytest.Item]) -> None:
    """The gate finds these tests by the files that name their mark: another one would never run."""
    known: dict[Path, str] = {}
    for item in items:
        text = known.setdefault(item.path, item.path.read_text())
        for mark in ("browser", "serial", "apart"):
            if mark in item.keywords and item.get_closest_marker(mark) and f"mark.{mark}" not in text:
                raise pytest.UsageError(f"{item.nodeid} is marked {mark}, and its file does not say so")


def pytest_collection_finish() -> None:
    # What stands by now lives to the end: walking it again and again takes a tenth of the whole run.
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: pytest.FixtureRequest
) -> Iterator[None]:
    """A clone of the migrated template for this worker; committing tests are cleaned as superuser."""
    case = django.test.TransactionTestCase
    with (
        django_db_blocker.unblock(),
        worker_database(worker_name()),
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(case, "_fixture_teardown", _clean_committed_rows)
        # A new connection costs more than the reset itself; those that are not at rest are closed there.
        patch.setattr(case, "_should_reload_connections", lambda _case: False)
        yield


def _clean_committed_rows(case: django.test.TransactionTestCase) -> None:
    for connection in connections.all(initialized_only=True):
        if not is_at_rest(connection):
            connection.close()
    reset_rows(connections["default"].settings_dict["NAME"])


@pytest.fixture(autouse=True)
def _fresh_redis() -> Iterator[None]:
    yield
    empty_redis()


@pytest.fixture(scope="session", autouse=True)
def run_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of this run: uploads land in its `files`, those of a running site (`site`) too."""
    data = tmp_path_factory.mktemp("data")
    storages = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(data / "files")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    static = tmp_path_factory.mktemp("static")  # tests need no collected files
    with override_settings(STORAGES=storages, MEDIA_ROOT=data / "files", STATIC_ROOT=static):
        yield data


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> Iterator[None]:
    """Hashing a password is slow on purpose; tests need no protection from guessing. Each sees what it has just changed."""
    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"], STORE_FRONT_SECONDS=0.0
    ):
        yield
