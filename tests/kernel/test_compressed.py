"""JSON in a compressed column comes out as it went in."""

from typing import Any

import pytest
from django.db import connection, models

from kernel.compressed import CompressedJSONField

FIELD = CompressedJSONField(null=True)


@pytest.mark.parametrize(
    "value", [{}, [], 0, False, "", {"a": [1, 2.5, None, True]}, "\x00 租金 🏠", {"a": "b" * 100_000}]
)
def test_a_value_comes_back(db: None, value: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::bytea", [FIELD.get_db_prep_value(value, connection)])
        (stored,) = cursor.fetchone()
    assert FIELD.from_db_value(stored, None, connection) == value
    assert len(bytes(stored)) < 1_000


def test_nothing_is_null() -> None:
    assert FIELD.get_prep_value(None) is None
    assert FIELD.from_db_value(None, None, connection) is None


def test_serializers_write_json() -> None:
    class Holder(models.Model):
        value = CompressedJSONField()

        class Meta:
            app_label = "tests_of_compressed"

    field = Holder._meta.get_field("value")
    text = field.value_to_string(Holder(value={"a": [1]}))
    assert text == '{"a":[1]}'
    assert field.to_python(text) == {"a": [1]}
