"""What of a call's arguments arrives where it is sent.

JSON carries every value. A path, a query, a header and a form do not: a list or an object that is empty leaves no trace there
(RFC 6570, 2.3 and 3.2.1: it is undefined, as in OpenAPI's table of styles), and a name can be taken for another one.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from assistants.actions.openapi.bodies import kind_of
from kernel.errors import FieldError, InvalidInput

MOST_ERRORS = 5
_FLAT, _DEEP, _LIST = "flat", "deep", "list"
_NOTHING: Any = object()


def carried(
    mapping: Mapping[str, Any], arguments: Mapping[str, Any], fits: Callable[[Mapping[str, Any]], bool]
) -> dict[str, Any]:
    """The arguments as they arrive: without lists and objects that are empty, where nothing of these can be sent.

    Args:
        mapping: the operation's. fits: whether arguments fit its schema; asked only where some of them do not arrive.

    Raises:
        InvalidInput: what arrives is not what the operation's document asks for; an error for each place, at most
            MOST_ERRORS.
    """
    losses = _Losses()
    ways, otherwise = _ways(mapping)
    kept = {}
    for name, value in arguments.items():
        left = losses.left(value, ways.get(name, otherwise), name)
        if left is not _NOTHING:
            kept[name] = left
    losses.confused += _taken_for_another(mapping, arguments)
    if losses.confused:
        raise InvalidInput(errors=losses.confused[:MOST_ERRORS])
    if losses.holes or (losses.empty and not fits(kept)):
        raise InvalidInput(
            errors=[_not_carried(place) for place in (losses.holes + losses.empty)[:MOST_ERRORS]]
        )
    return kept


def _ways(mapping: Mapping[str, Any]) -> tuple[dict[str, str], str]:
    """How each argument is written, and how one is that the document does not name."""
    ways = {}
    for target in mapping.get("parameters", ()):
        if not target.get("json"):
            ways[target["argument"]] = _DEEP if target.get("style") == "deepObject" else _FLAT
    body = mapping.get("body") or {}
    kind = kind_of(body["media_type"]) if body else ""
    if kind not in ("form", "multipart"):
        return ways, ""
    for argument, name in (body.get("properties") or {}).items():
        style = body.get("encoding", {}).get(name, {}).get("style") if kind == "form" else None
        # Without a style an object is written as JSON, and a list as one value after the other.
        ways[argument] = _LIST if style is None else _DEEP if style == "deepObject" else _FLAT
    return ways, _LIST


class _Losses:
    """What does not arrive: places that are empty, those that leave a hole in a list, and names that say something else."""

    def __init__(self) -> None:
        self.empty: list[str] = []
        self.holes: list[str] = []
        self.confused: list[FieldError] = []

    def left(self, value: Any, way: str, place: str) -> Any:
        """What is left of a value; _NOTHING where nothing is."""
        if not isinstance(value, dict | list) or not way or (way == _LIST and isinstance(value, dict)):
            return value
        left = value
        if way == _DEEP:
            left = self._object(value, place) if isinstance(value, dict) else self._list(value, place)
        if left:
            return left
        if not value:
            self.empty.append(place)
        return _NOTHING

    def _object(self, value: Mapping[str, Any], place: str) -> dict[str, Any]:
        kept = {}
        for name, each in value.items():
            inside = f"{place}.{name}"
            if not name or "[" in name or "]" in name:
                sentence = _(
                    "%(place)s: a name in an address can be neither empty nor hold square brackets, because these say where"
                    " a value belongs. Use another name."
                )
                self.confused.append(_error(inside, sentence))
                continue
            left = self.left(each, _DEEP, inside)
            if left is not _NOTHING:
                kept[name] = left
        return kept

    def _list(self, value: list[Any], place: str) -> list[Any]:
        kept = []
        for at, each in enumerate(value):
            left = self.left(each, _DEEP, f"{place}.{at}")
            if left is _NOTHING:
                self.holes.append(f"{place}.{at}")
            else:
                kept.append(left)
        return kept


def _taken_for_another(mapping: Mapping[str, Any], arguments: Mapping[str, Any]) -> Iterator[FieldError]:
    queried = [target for target in mapping.get("parameters", ()) if target["in"] == "query"]
    for target in queried:
        value = arguments.get(target["argument"])
        spread = target.get("style", "form") == "form" and target.get("explode") and not target.get("json")
        if not spread or not isinstance(value, dict):
            continue
        others = {one["name"] for one in queried if one is not target}
        for name in others & value.keys():
            sentence = _(
                "%(place)s would be taken for the parameter %(name)s, because both are sent under that name. Give that"
                " parameter itself, or use another name."
            )
            yield _error(f"{target['argument']}.{name}", sentence, name=name)


def _not_carried(place: str) -> FieldError:
    sentence = _(
        "%(place)s is empty. Nothing of an empty list or object arrives in an address, a header or a form, and without it the"
        " arguments are not what the operation asks for. Put something into it, or leave out what it is part of."
    )
    return _error(place, sentence)


def _error(place: str, sentence: str, **words: str) -> FieldError:
    short = place[:200]
    return FieldError(short, "not_carried", sentence % ({"place": short} | words))
