"""A database that another version brought up to date is refused, whatever its tables look like."""

import pytest
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from config.embedded.errors import StartError
from config.up.prepare import refuse_foreign_database

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def test_its_own_database_is_fit() -> None:
    refuse_foreign_database()


def test_one_of_another_version_is_refused_by_name() -> None:
    MigrationRecorder(connections["owner"]).record_applied("billing", "9999_from_the_future")
    with pytest.raises(
        StartError, match=r"billing\.9999_from_the_future.*Nothing was changed.*Start that version"
    ):
        refuse_foreign_database()


def test_libraries_may_come_and_go() -> None:
    MigrationRecorder(connections["owner"]).record_applied("gone_library", "0001_initial")
    refuse_foreign_database()
