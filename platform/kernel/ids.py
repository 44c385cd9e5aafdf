"""Public ids: opaque, prefixed, safe to show outside (asst_…)."""

import secrets
from functools import partial
from typing import Any

from django.db import models

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22  # 131 bits: not guessable
PAIRS = [first + second for first in ALPHABET for second in ALPHABET]
POSSIBLE = len(PAIRS) ** (LENGTH // 2)


def new_public_id(prefix: str) -> str:
    """A fresh id, for example `asst_4fK…`."""
    number = secrets.randbelow(POSSIBLE)  # one number: a choice for each character would be 22 system calls
    pairs = []
    for _ in range(LENGTH // 2):
        number, pair = divmod(number, len(PAIRS))
        pairs.append(PAIRS[pair])
    return prefix + "".join(pairs)


def new_public_ids(prefix: str, count: int) -> list[str]:
    """As many fresh ids at once, for bulk writes: a pair takes two random bytes, and those that would favour some are left out."""
    each, pairs = LENGTH // 2, list[str]()
    table, size = PAIRS, len(PAIRS)
    fair = 0x10000 // size * size
    while len(pairs) < count * each:
        drawn = memoryview(secrets.token_bytes(2 * count * each)).cast("H")
        pairs += [table[number % size] for number in drawn if number < fair]
    return [prefix + "".join(pairs[at : at + each]) for at in range(0, count * each, each)]


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
