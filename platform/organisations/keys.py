"""The form of API keys: `bk_` and 43 characters; a 256-bit random secret needs no slow hash."""

import secrets
from hashlib import sha256

PREFIX = "bk_"


def new_secret() -> str:
    """A fresh key, shown once."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str:
    """What is stored and looked up."""
    return sha256(secret.encode()).hexdigest()


def shown_prefix(secret: str) -> str:
    """The start of a key, by which people recognise it."""
    return secret[:9]
