"""Inserting a row of a table that grows with every question.

Django compiles the SQL of each INSERT from scratch, which takes several times as long as the database takes to run
it. Here the statement of a model is made once.
"""

from functools import lru_cache
from typing import Any

from django.db import connections, models

Statement = tuple[str, tuple["models.Field[Any, Any]", ...]]


def insert_row(row: models.Model, *, using: str = "default") -> None:
    """Save a new row and note its key in it. No signals are sent, and database defaults are not read back."""
    connection = connections[using]
    sql, fields = _statement(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, using


@lru_cache(maxsize=64)
def _statement(model: type[models.Model]) -> Statement:
    fields = tuple(field for field in model._meta.concrete_fields if not field.primary_key)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    key = model._meta.pk.column
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places}) RETURNING "{key}"', fields  # noqa: S608 - names of our own tables
