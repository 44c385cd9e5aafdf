"""Public ids: opaque, prefixed, safe to show outside (asst_…)."""

import secrets
from functools import partial
from typing import Any

from django.db import models

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22  # 131 bits: not guessable
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
POSSIBLE = len(PAIRS) ** (LENGTH // 2)
# Which character a random byte stands for; the last bytes are left out, for they would favour some.
_FAIR = 256 // len(ALPHABET) * len(ALPHABET)
_CHARACTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR = bytes(range(_FAIR, 256))


def new_public_id(prefix: str) -> str:
    """A fresh id, for example `asst_4fK…`."""
    number = secrets.randbelow(POSSIBLE)  # one number: a choice for each character would be 22 system calls
    pairs = []
    for _ in range(LENGTH // 2):
        number, pair = divmod(number, len(PAIRS))
        pairs.append(PAIRS[pair])
    return prefix + "".join(pairs)


def new_public_ids(prefix: str, count: int) -> list[str]:
    """As many fresh ids at once, for bulk writes: random bytes become characters all together."""
    size, drawn = count * LENGTH, b""
    while len(drawn) < size:
        drawn += secrets.token_bytes(size - len(drawn) + size // 16).translate(_CHARACTERS, _UNFAIR)
    text = drawn.decode("ascii")
    return [prefix + text[at : at + LENGTH] for at in range(0, size, LENGTH)]


class PublicIdField(models.CharField):  # type: ignore[type-arg]
    """The id that is shown outside; made once, never changed."""

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs.setdefault("max_length", 48)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("editable", False)
        kwargs["default"] = partial(new_public_id, prefix)
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, path, [self.prefix, *args], kwargs
