"""A database whose migrations render each new model by itself is the very one that Django's own way gives."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from config.embedded.binaries import program
from config.embedded.roles import ensure_database
from tests.harness.database import admin_url

ROOT = Path(__file__).parents[2]
MIGRATE = "import django; django.setup(); from django.core.management import call_command; call_command('migrate', verbosity=0)"
AS_DJANGO_DOES = "import kernel.management.commands.migrate as ours, contextlib; ours._new_models_alone = contextlib.nullcontext;"
NAMES = [f"bottega_migrated_{os.getpid()}_{how}" for how in ("ours", "whole")]


@pytest.fixture
def names() -> Iterator[list[str]]:
    for name in NAMES:
        ensure_database(admin_url=admin_url(), name=name)
    yield NAMES
    with psycopg.connect(admin_url(), autocommit=True) as admin:
        for name in NAMES:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.large
def test_it_gives_the_same_database(names: list[str], tmp_path: Path) -> None:
    schemas = []
    for name, code in zip(names, (MIGRATE, f"{AS_DJANGO_DOES} {MIGRATE}"), strict=True):
        place = {
            key: urlsplit(os.environ[key])._replace(path=f"/{name}").geturl()
            for key in ("DATABASE_URL", "DATABASE_OWNER_URL")
        }
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=os.environ | place)
        dump = tmp_path / name
        subprocess.run(
            [program("pg_dump"), "--schema-only", f"--file={dump}", f"--dbname={admin_url(database=name)}"],
            check=True,
        )
        # Its first and last lines hold a key that is new each time.
        schemas.append(
            [
                line
                for line in dump.read_text().splitlines()
                if not line.startswith(("\\restrict", "\\unrestrict"))
            ]
        )
    assert len(schemas[0]) > 10_000
    assert schemas[0] == schemas[1]
