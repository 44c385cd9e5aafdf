"""The role that serves must not be able to step over row-level security."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg import sql

from config.embedded.roles import ACROSS, OWNER
from config.roles import refuse_powerful_role
from tests.harness.database import admin_url

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def serving_as(role: str) -> Iterator[None]:
    place = connection.settings_dict
    usual = place["USER"]
    connection.close()
    place["USER"] = role
    try:
        yield
    finally:
        connection.close()
        place["USER"] = usual


@contextmanager
def new_role(attributes: str) -> Iterator[str]:
    name = "bottega_test_role"
    with psycopg.connect(admin_url(), autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE ROLE {} LOGIN " + attributes).format(sql.Identifier(name)))
        try:
            yield name
        finally:
            admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def test_the_apps_own_role_may_serve() -> None:
    refuse_powerful_role()


def test_the_owner_is_refused() -> None:
    with serving_as(OWNER), pytest.raises(ImproperlyConfigured, match="owns tables"):
        refuse_powerful_role()


def test_a_superuser_is_refused() -> None:
    with (
        new_role("SUPERUSER") as role,
        serving_as(role),
        pytest.raises(ImproperlyConfigured, match="is a superuser"),
    ):
        refuse_powerful_role()


def test_a_role_that_bypasses_row_level_security_is_refused() -> None:
    with (
        new_role("BYPASSRLS") as role,
        serving_as(role),
        pytest.raises(ImproperlyConfigured, match="bypasses"),
    ):
        refuse_powerful_role()


def test_a_member_of_the_owner_is_refused() -> None:
    with (
        new_role(f"IN ROLE {OWNER}") as role,
        serving_as(role),
        pytest.raises(ImproperlyConfigured, match="owns tables"),
    ):
        refuse_powerful_role()


def test_the_role_across_organisations_must_be_taken_on_purpose() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_has_role(%s, 'USAGE'), pg_has_role(%s, 'SET')", [ACROSS, ACROSS])
        assert cursor.fetchone() == (False, True)
