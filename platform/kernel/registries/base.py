"""What rooms register with: lists, and slots for exactly one."""

from collections.abc import Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """An ordered list that rooms add to at start-up."""

    def __init__(self) -> None:
        self._items: list[T] = []

    def register(self, item: T) -> T:
        """Add one entry; the same entry twice counts once."""
        if item not in self._items:
            self._items.append(item)
        return item

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


class Slot(Generic[T]):
    """Exactly one provider of something."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._value: T | None = None

    def fill(self, value: T) -> None:
        """Say who provides it."""
        self._value = value

    def get(self) -> T:
        """The provider; raises LookupError when no room has filled the slot."""
        if self._value is None:
            raise LookupError(f"nobody provides {self.name}")
        return self._value
