"""Whose rows are seen: organisation scopes over PostgreSQL's row-level security, and managers that fail closed.

Two walls stand independently. The manager refuses to make a queryset that names no organisation; the database
shows no row of another organisation, whatever the query says. Settings are local to the transaction
(`set_config(…, true)`): they leave nothing behind on a connection that a pooler hands on.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import psycopg
from django.conf import settings
from django.db import connections, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn

M = TypeVar("M", bound=models.Model, covariant=True)
# Where pghistory's triggers read who makes a change: see `organisations.models.history`.
AUTHOR_SETTING = "pghistory.context_metadata"
ACROSS_ROLE: str = getattr(settings, "DATABASE_ACROSS_ROLE", "bottega_across")


class HasPk(Protocol):
    pk: Any


class TenantScopeRequired(RuntimeError):
    """A query named no organisation. Use `.for_organisation(…)`, or `.across_organisations(reason=…)`."""


@dataclass(frozen=True, slots=True)
class _Scope:
    organisation: str = ""
    user: str = ""
    role: str = "none"
    author: str = ""


_OUTSIDE = _Scope()


def _current(connection: BaseDatabaseWrapper) -> _Scope:
    scope: _Scope = getattr(connection, "bottega_scope", _OUTSIDE)
    return scope if connection.in_atomic_block else _OUTSIDE


def _apply(connection: BaseDatabaseWrapper, scope: _Scope, before: _Scope) -> None:
    # Past Django and psycopg, since every transaction pays for this: they would send the BEGIN on its own and
    # wait for it, so that a scope took two round trips instead of one, and three times the CPU.
    connection.validate_no_broken_transaction()
    server: PGconn = connection.connection.pgconn
    begin = b"BEGIN; " if server.transaction_status == TransactionStatus.IDLE else b""
    with connection.wrap_database_errors:
        answer = server.exec_(
            begin + _settings(scope.organisation, scope.user, scope.role) + _author(scope, before)
        )
        if answer.status != ExecStatus.TUPLES_OK:
            raise psycopg.errors.error_from_result(answer)
    connection.bottega_scope = scope  # type: ignore[attr-defined]


@lru_cache(maxsize=1024)
def _settings(organisation: str, user: str, role: str) -> bytes:
    # A role that bypasses row security may be dropped for the login role at any time, and taken again.
    values = {"bottega.organisation": organisation, "bottega.user": user, "role": role}
    calls = (f"set_config('{name}', {_quoted(value)}, true)" for name, value in values.items())
    return f"SELECT {', '.join(calls)}".encode()


def _author(scope: _Scope, before: _Scope) -> bytes:
    # Each request has its own, so nothing is gained by keeping these; scopes without one pay nothing.
    if scope.author == before.author:
        return b""
    return f", set_config('{AUTHOR_SETTING}', {_quoted(scope.author)}, true)".encode()


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


@contextmanager
def _scoped(durable: bool, using: str, **changes: str) -> Iterator[None]:
    connection = connections[using]
    previous = _current(connection)
    nested = connection.in_atomic_block
    with transaction.atomic(using=using, durable=durable):
        inside = replace(previous, **changes)
        _apply(connection, inside, previous)
        try:
            yield
        except BaseException:
            # The rollback takes the settings back too; only our note of them has to follow.
            connection.bottega_scope = previous  # type: ignore[attr-defined]
            raise
        if nested:
            _apply(connection, previous, inside)
    if not nested:
        connection.bottega_scope = _OUTSIDE  # type: ignore[attr-defined]


@contextmanager
def tenant_scope(
    organisation: HasPk | int, *, author: str = "", durable: bool = False, using: str = "default"
) -> Iterator[None]:
    """Run a transaction that sees and writes the rows of one organisation only.

    Args:
        organisation: an Organisation, or its integer primary key.
        author: who makes the changes, as a JSON object; by default whoever the scope around it names. Changes without
            one count as made past the product, and are reported.
        durable: refuse to be nested in another transaction, so that leaving the block commits.
    """
    key = organisation if isinstance(organisation, int) else organisation.pk
    changes = {"author": author} if author else {}
    with _scoped(durable, using, organisation=str(int(key)), role="none", **changes):
        yield


@contextmanager
def user_scope(user: HasPk | int, *, using: str = "default") -> Iterator[None]:
    """Run a transaction that also sees what belongs to a person before any organisation is known."""
    key = user if isinstance(user, int) else user.pk
    with _scoped(False, using, user=str(int(key))):
        yield


@contextmanager
def across_organisations(*, reason: str, durable: bool = False, using: str = "default") -> Iterator[None]:
    """Run a transaction under the role that row-level security does not bind; for the platform's own jobs.

    Args:
        reason: why no single organisation will do. Written for the reviewer; must not be empty.
    """
    if not reason:
        raise ValueError("across_organisations needs a reason")
    with _scoped(durable, using, role=ACROSS_ROLE):
        yield


def current_organisation_id(*, using: str = "default") -> int | None:
    """The organisation of the open scope, if any."""
    value = _current(connections[using]).organisation
    return int(value) if value else None


class TenantManager(models.Manager[Any]):
    """Refuses every query that does not say whose rows it wants."""

    use_in_migrations = False

    def get_queryset(self) -> models.QuerySet[Any]:
        raise TenantScopeRequired(TenantScopeRequired.__doc__)

    def for_organisation(self, organisation: HasPk | int) -> models.QuerySet[Any]:
        """The rows of one organisation."""
        key = organisation if isinstance(organisation, int) else organisation.pk
        return super().get_queryset().filter(organisation_id=key)

    def across_organisations(self, *, reason: str) -> models.QuerySet[Any]:
        """All rows that the database shows: those of the open scope, or all inside `across_organisations`."""
        if not reason:
            raise ValueError("across_organisations needs a reason")
        return super().get_queryset()

    def create(self, **values: Any) -> Any:
        """Save a new row; its organisation must be among the values."""
        if "organisation" not in values and "organisation_id" not in values:
            raise TenantScopeRequired("A new row needs its organisation.")
        return super().get_queryset().create(**values)

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        """Save many new rows; each carries its organisation."""
        return super().get_queryset().bulk_create(objs, *args, **kwargs)
