"""Between services and web: tables, static files, translations, models, demo content. One child process."""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from config.embedded.errors import StartError

STATIC_STAMP = "static.stamp"


def prepare() -> None:
    """Bring the installation up to this version's state; each step says its name first.

    Raises:
        StartError: settings or database do not allow it.
    """
    try:
        django.setup()
        from config.health import worker_leaves

        _check_role()
        worker_leaves()  # one of an earlier run must not count as this run's
        refuse_foreign_database()
        _step(
            "Bringing the database up to date",
            lambda: call_command("migrate", verbosity=0, interactive=False),
        )
        _step("Compiling translations", _compile_translations)
        if _static_files_changed():
            _step("Collecting static files", _collect_static)
        _step("Listing models", lambda: _command("sync_models"))
        _step("Making plans", lambda: _command("make_plans"))
        if settings.DEMO:
            _step("Laying out the demo content", lambda: _command("load_demo"))
    except (ImproperlyConfigured, CommandError) as error:
        raise StartError(str(error)) from error
    except DatabaseError as error:
        raise StartError(f"The database refuses: {str(error).strip()}") from error


def refuse_foreign_database() -> None:
    """Refuse a database that another version brought to a state which this one does not know.

    Its tables may differ in any way, so that neither migrating nor serving would be safe; nothing is changed.

    Raises:
        StartError: migrations are recorded that this version does not have.
    """
    here = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    recorded = MigrationRecorder(connections["owner"]).applied_migrations()
    ours = {app.label for app in apps.get_app_configs() if Path(app.path).is_relative_to(settings.BASE_DIR)}
    if unknown := sorted(key for key in recorded if key not in here and key[0] in ours):
        raise StartError(
            f"This database was brought up to date by another version of Bottega: it knows {'.'.join(unknown[-1])}, which this "
            "version does not have. Nothing was changed. Start that version again, or move the data folder away and restore a "
            "backup that was made with this one (docs/operators.md, Upgrade)."
        )


def _step(title: str, run: Callable[[], object]) -> None:
    print(f"{title} …", flush=True)
    started = time.monotonic()
    run()
    if (took := time.monotonic() - started) >= 1:
        print(f"{title}: done in {took:.1f} s", flush=True)


def _command(name: str) -> None:
    call_command(name, verbosity=0)


def _check_role() -> None:
    from config.roles import refuse_powerful_role

    refuse_powerful_role()


def _compile_translations() -> None:
    from config.translations import compile_catalogues

    compile_catalogues()


def _collect_static() -> None:
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    _stamp().write_text(_static_fingerprint())


def _stamp() -> Path:
    return Path(settings.DATA_DIR) / STATIC_STAMP


def _static_files_changed() -> bool:
    stamp = _stamp()
    return not (
        stamp.exists() and Path(settings.STATIC_ROOT).is_dir() and stamp.read_text() == _static_fingerprint()
    )


def _static_fingerprint() -> str:
    digest = hashlib.sha256()
    for app in apps.get_app_configs():
        for file in sorted((Path(app.path) / "static").rglob("*")):
            found = file.stat()
            digest.update(f"{file}:{found.st_size}:{found.st_mtime_ns}".encode())
    return digest.hexdigest()


def main() -> int:
    """Prepare; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        prepare()
    except StartError as error:
        print(" ".join(str(error).split()), file=sys.stderr, flush=True)  # the manager repeats the last line
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
