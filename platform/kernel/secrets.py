"""Stored secrets of other systems: encrypted with a key derived from SECRET_KEY, bound to the row they belong to."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.errors import DomainError


class SecretUnreadable(DomainError):
    code = "secret_unreadable"
    status = 500
    user_message = _("A stored key cannot be read with this server's secret. Enter the key again.")


def encrypt(plain: str, *, row: str) -> str:
    """Encrypt a secret for the row with public id `row`; it cannot be read for any other row."""
    return _cipher(row).encrypt(plain.encode()).decode("ascii")


def decrypt(token: str, *, row: str) -> str:
    """Read a secret back.

    Raises:
        SecretUnreadable: it belongs to another row, was changed, or SECRET_KEY was replaced without a fallback.
    """
    try:
        return _cipher(row).decrypt(token.encode("ascii")).decode()
    except InvalidToken:
        raise SecretUnreadable from None


def rotate(token: str, *, row: str) -> str:
    """Encrypt anew with the present SECRET_KEY what one of SECRET_KEY_FALLBACKS still reads.

    Raises:
        SecretUnreadable: none of them does.
    """
    try:
        return _cipher(row).rotate(token.encode("ascii")).decode("ascii")
    except InvalidToken:
        raise SecretUnreadable from None


def _cipher(row: str) -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(secret, row)) for secret in secrets])


@lru_cache(maxsize=128)
def _derived(secret: str, row: str) -> bytes:
    info = b"bottega provider key:" + row.encode()
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret.encode())
    return base64.urlsafe_b64encode(key)
