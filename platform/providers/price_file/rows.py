"""One model of a price file, checked. Sums are exact decimals until they are whole micro-units."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from kernel.money import MICRO
from providers.models import Model

MOST_MICRO = 10**15
FIELDS = frozenset(
    {
        "provider", "name", "label", "kind", "capabilities", "context_window", "max_output", "dimensions", "released_on",
        "shutdown_on", "replacement", "offered", "price",
    }
)  # fmt: skip
PRICE_FIELDS = frozenset({"input", "cached_input", "output", "image", "currency", "valid_from"})


class BadRow(ValueError):
    """Why a row is refused; `place` is its line or key."""

    def __init__(self, place: str, problem: str) -> None:
        self.place, self.problem = place, problem
        super().__init__(f"{place}: {problem}")


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price for a million tokens, and for a picture beside them, in micro-units."""

    currency: str
    input_per_million: int
    output_per_million: int
    valid_from: dt.date
    cached_per_million: int | None = None
    per_image: int = 0


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model that a file names. `fields` holds only what the file says."""

    place: str
    provider: str
    name: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    price: PriceRow | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for rows that do not say it themselves."""

    provider: str
    currency: str
    valid_from: dt.date


def row_of(place: str, said: Any, defaults: Defaults) -> ModelRow:
    """A row of our own shape.

    Raises:
        BadRow: something in it is unknown, missing or wrong.
    """
    if not isinstance(said, Mapping):
        raise BadRow(place, "not an object")
    if unknown := sorted(set(map(str, said)) - FIELDS):
        raise BadRow(place, f"unknown field {', '.join(unknown)}")
    provider = _text(place, "provider", said.get("provider") or defaults.provider, 40)
    name = _text(place, "name", said.get("name"), 160)
    if ":" in provider or "/" in provider:
        raise BadRow(place, "provider is no slug")
    fields = {key: _CHECKS[key](place, key, said[key]) for key in _CHECKS if said.get(key) is not None}
    price = said.get("price")
    return ModelRow(
        place, provider, name, fields, None if price is None else price_of_row(place, price, defaults)
    )


def price_of_row(place: str, said: Any, defaults: Defaults) -> PriceRow:
    """A price of our own shape: what a million tokens cost, in units of a currency; `image` is for one picture.

    Raises:
        BadRow: something in it is unknown, missing or wrong.
    """
    if not isinstance(said, Mapping) or set(said) - PRICE_FIELDS:
        raise BadRow(
            place, "price has the fields input, cached_input, output, image, currency and valid_from"
        )
    currency = _text(place, "currency", said.get("currency") or defaults.currency, 3)
    if not (len(currency) == 3 and currency.isascii() and currency.isupper()):
        raise BadRow(place, f"currency {currency!r} is no code of three capital letters")
    since = said.get("valid_from")
    return PriceRow(
        currency=currency,
        input_per_million=micro(place, "input", said.get("input", 0 if "image" in said else None)),
        output_per_million=micro(place, "output", said.get("output", 0 if "image" in said else None)),
        valid_from=defaults.valid_from if since is None else _day(place, "valid_from", since),
        cached_per_million=micro(place, "cached_input", said["cached_input"])
        if "cached_input" in said
        else None,
        per_image=micro(place, "image", said.get("image", 0)),
    )


def micro(place: str, key: str, value: Any, *, times: int = MICRO) -> int:
    """A sum as whole micro-units, exactly.

    Raises:
        BadRow: it is no plain number, negative, too large, or finer than a micro-unit.
    """
    try:
        if isinstance(value, (bool, float)) or value is None:
            raise InvalidOperation
        exact = Decimal(str(value)) * times
        if not exact.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise BadRow(place, f"{key} {value!r} is no number") from None
    if not 0 <= exact <= MOST_MICRO:
        raise BadRow(place, f"{key} {value} is below 0 or too large")
    if exact != exact.to_integral_value():
        raise BadRow(place, f"{key} {value} is finer than a millionth of the currency for a million tokens")
    return int(exact)


def _text(place: str, key: str, value: Any, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= longest or not value.isprintable():
        raise BadRow(place, f"{key} is missing or is no text of up to {longest} characters")
    return value.strip()


def _replacement(place: str, key: str, value: Any) -> str:
    return "" if value == "" else _text(place, key, value, 200)


def _label(place: str, key: str, value: Any) -> str:
    return _text(place, key, value, 160)


def _count(place: str, key: str, value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= 2_000_000_000:
        raise BadRow(place, f"{key} {value!r} is no whole number above 0")
    return value


def _flag(place: str, key: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadRow(place, f"{key} is true or false")
    return value


def _flags(place: str, key: str, value: Any) -> dict[str, bool]:
    if not isinstance(value, Mapping) or not all(isinstance(flag, bool) for flag in value.values()):
        raise BadRow(place, f"{key} is an object of true and false")
    return {_text(place, key, name, 40): flag for name, flag in value.items()}


def _kind(place: str, key: str, value: Any) -> str:
    if value not in Model.Kind.values:
        raise BadRow(place, f"{key} is one of {', '.join(Model.Kind.values)}")
    return str(value)


def _day(place: str, key: str, value: Any) -> dt.date:
    try:
        return value if type(value) is dt.date else dt.date.fromisoformat(str(value))
    except ValueError:
        raise BadRow(place, f"{key} {value!r} is no day like 2026-12-11") from None


_CHECKS: dict[str, Callable[[str, str, Any], Any]] = {
    "label": _label,
    "kind": _kind,
    "capabilities": _flags,
    "context_window": _count,
    "max_output": _count,
    "dimensions": _count,
    "released_on": _day,
    "shutdown_on": _day,
    "replacement": _replacement,
    "offered": _flag,
}
