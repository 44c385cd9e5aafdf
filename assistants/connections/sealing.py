"""Credentials as they lie in rows: JSON, encrypted, bound to the row."""

from typing import Any, Protocol

import orjson

from kernel.secrets import decrypt, encrypt


class Row(Protocol):
    @property
    def secret_row(self) -> str: ...


def seal(row: Row, secrets: dict[str, Any]) -> str:
    """Encrypt what must never be shown, for one row."""
    return encrypt(orjson.dumps(secrets).decode(), row=row.secret_row)


def unseal(row: Row, token: str) -> dict[str, Any]:
    """Read it back; nothing for an empty token.

    Raises:
        SecretUnreadable: it belongs to another row, or SECRET_KEY was replaced without a fallback.
    """
    if not token:
        return {}
    found: dict[str, Any] = orjson.loads(decrypt(token, row=row.secret_row))
    return found
