"""The first part of a very large answer: no more of it than could ever be shown."""

from typing import Any

MOST_ITEMS = 2_000  # of one list or object
MOST_VALUES = 60_000


class Clipped(list[Any]):
    """The beginning of a list; `left` items of it were left out."""

    left = 0

    def like(self, items: list[Any]) -> "Clipped":
        """Other items with the same number left out."""
        clipped = Clipped(items)
        clipped.left = self.left
        return clipped


def clipped(value: Any) -> tuple[Any, bool]:
    """The value with its first lists and objects whole and the ends of others left out; and whether any were."""
    clipping = _Clipping()
    return clipping.clip(value, 0), clipping.happened


class _Clipping:
    def __init__(self) -> None:
        self._values = MOST_VALUES
        self.happened = False

    def clip(self, value: Any, depth: int) -> Any:
        if not isinstance(value, dict | list):
            return value
        most = max(0, min(MOST_ITEMS, self._values, len(value)))
        if isinstance(value, dict):
            return self._clip_object(value, most, depth)
        items = []
        for each in value[:most]:
            if self._values <= 0:
                break
            self._values -= 1
            items.append(self.clip(each, depth + 1))
        if len(items) == len(value):
            return items
        self.happened = True
        kept = Clipped(items)
        kept.left = len(value) - len(items)
        return kept

    def _clip_object(self, value: dict[str, Any], most: int, depth: int) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for at, (name, each) in enumerate(value.items()):
            # What stands beside a long list, as the address of the next page, is worth more than the list's end.
            if (at >= most or self._values <= 0) and (depth > 1 or at >= MOST_ITEMS):
                self.happened = True
                break
            self._values -= 1
            kept[name] = self.clip(each, depth + 1)
        return kept
