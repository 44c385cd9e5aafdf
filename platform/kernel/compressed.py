"""JSON that only Python reads, kept compressed.

PostgreSQL takes a `jsonb` value apart, checks it and compresses it slowly; a schema of many kilobytes that no statement looks
into costs a tenth of that as compressed text.
"""

import zlib
from typing import Any

import orjson
from django.db import models

LEVEL = 1  # three times as quick as the usual one, and of JSON hardly larger


def compressed(text: bytes) -> bytes:
    """JSON's text as a column keeps it, for bulk writes."""
    return zlib.compress(text, LEVEL)


class CompressedJSONField(models.BinaryField):  # type: ignore[type-arg]
    """Any JSON value in a `bytea` column; None is stored as NULL. No query can look into it."""

    def get_prep_value(self, value: Any) -> bytes | None:
        """The value as it is stored."""
        return None if value is None else compressed(orjson.dumps(value))

    def from_db_value(self, value: bytes | memoryview | None, expression: Any, connection: Any) -> Any:
        """The value that was stored."""
        return None if value is None else orjson.loads(zlib.decompress(value))

    def value_to_string(self, obj: models.Model) -> str:
        """Its JSON, as serializers write it."""
        return orjson.dumps(self.value_from_object(obj)).decode()

    def to_python(self, value: Any) -> Any:
        """What serializers wrote, or the value itself."""
        return orjson.loads(value) if isinstance(value, str) else value
