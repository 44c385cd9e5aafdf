"""Keyset pagination: pages that stay right while rows come and go, at a constant cost."""

import base64
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

import orjson
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

T = TypeVar("T")
DEFAULT_LIMIT = 25
MAX_LIMIT = 100


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list, and the cursors of its neighbours."""

    results: list[T]
    next: str | None
    previous: str | None


def paginate(
    queryset: QuerySet[Any],
    *,
    cursor: str | None,
    limit: int = DEFAULT_LIMIT,
    order: tuple[str, ...] = ("-created_at", "-id"),
) -> Page[Any]:
    """Cut one page out of a queryset.

    Args:
        cursor: what an earlier page gave as `next` or `previous`, or None for the first page.
        limit: 1 to 100 rows.
        order: fields to sort by, the last one unique; all must be non-null and of one direction.

    Raises:
        InvalidInput: the cursor is none of ours.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    # A cursor is signed for one list and order: whatever else is sent never reaches the database.
    purpose = f"{queryset.model._meta.label}:{','.join(order)}"
    backwards, position = _decode(cursor, purpose)
    rows = queryset.order_by(*[_flip(field) if backwards else field for field in order])
    if position:
        rows = rows.filter(_after(order, position, backwards))
    found = list(rows[: limit + 1])
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    has_next = bool(found) and (backwards or more)
    has_previous = bool(found) and (more if backwards else position is not None)
    return Page(
        results=found,
        next=_encode(found[-1], order, purpose, backwards=False) if has_next else None,
        previous=_encode(found[0], order, purpose, backwards=True) if has_previous else None,
    )


def paginate_together(
    querysets: list[QuerySet[Any]],
    *,
    cursor: str | None,
    limit: int = DEFAULT_LIMIT,
    order: tuple[str, ...],
) -> Page[Any]:
    """Cut one page out of several querysets of one model that share no row, in descending order.

    Each comes by its own index, where one query for either would sort them all. Cursors are those of `paginate`.

    Raises:
        InvalidInput: the cursor is none of ours.
    """
    pages = [paginate(rows, cursor=cursor, limit=limit, order=order) for rows in querysets]
    if len(pages) == 1:
        return pages[0]
    purpose = f"{querysets[0].model._meta.label}:{','.join(order)}"
    backwards, position = _decode(cursor, purpose)
    limit = max(1, min(limit, MAX_LIMIT))
    place = attrgetter(*(field.lstrip("-") for field in order))
    found = sorted((row for page in pages for row in page.results), key=place, reverse=True)
    more = len(found) > limit or any(page.previous if backwards else page.next for page in pages)
    found = found[-limit:] if backwards else found[:limit]
    has_next = bool(found) and (backwards or more)
    has_previous = bool(found) and (more if backwards else position is not None)
    return Page(
        results=found,
        next=_encode(found[-1], order, purpose, backwards=False) if has_next else None,
        previous=_encode(found[0], order, purpose, backwards=True) if has_previous else None,
    )


def paginate_ranked(
    rows: list[Any], *, cursor: str | None, limit: int = DEFAULT_LIMIT, order: tuple[str, ...], purpose: str
) -> Page[Any]:
    """Cut one page out of rows that are all at hand, in descending order.

    Args:
        order: attributes to sort by, each with a leading `-`, the last one unique.
        purpose: what the list is of; a cursor of another one is refused.

    Raises:
        InvalidInput: the cursor is none of ours.
    """
    limit = max(1, min(limit, MAX_LIMIT))
    purpose = f"{purpose}:{','.join(order)}"
    backwards, position = _decode(cursor, purpose)
    names = [field.lstrip("-") for field in order]
    ranked = sorted(((tuple(getattr(row, name) for name in names), row) for row in rows), key=itemgetter(0))
    if not backwards:
        ranked.reverse()
    if position:
        at = tuple(position)
        ranked = [(place, row) for place, row in ranked if (place > at if backwards else place < at)]
    more, found = len(ranked) > limit, [row for _place, row in ranked[:limit]]
    if backwards:
        found.reverse()
    has_next = bool(found) and (backwards or more)
    has_previous = bool(found) and (more if backwards else position is not None)
    return Page(
        results=found,
        next=_encode(found[-1], order, purpose, backwards=False) if has_next else None,
        previous=_encode(found[0], order, purpose, backwards=True) if has_previous else None,
    )


def belongs(cursor: str, *, order: tuple[str, ...], purpose: str) -> bool:
    """Whether a cursor was given by `paginate_ranked` for a list of this order and purpose."""
    payload, _dot, signature = cursor.partition(".")
    return constant_time_compare(signature, _signature(payload, f"{purpose}:{','.join(order)}"))


def _flip(field: str) -> str:
    return field[1:] if field.startswith("-") else "-" + field


def _after(order: tuple[str, ...], position: list[Any], backwards: bool) -> Q:
    # The first field's bound says nothing new, but lets the database begin at the position in its index, instead of
    # reading everything before it.
    first, below = order[0].lstrip("-"), order[0].startswith("-") != backwards
    bound = Q(**{f"{first}__{'lte' if below else 'gte'}": position[0]})
    condition = Q()
    equal: dict[str, Any] = {}
    for field, value in zip(order, position, strict=True):
        name = field.lstrip("-")
        descending = field.startswith("-") != backwards
        condition |= Q(**equal, **{f"{name}__{'lt' if descending else 'gt'}": value})
        equal[name] = value
    return bound & condition


def _encode(row: Any, order: tuple[str, ...], purpose: str, *, backwards: bool) -> str:
    values = [_packed(getattr(row, field.lstrip("-"))) for field in order]
    payload = base64.urlsafe_b64encode(orjson.dumps([int(backwards), *values])).decode().rstrip("=")
    return f"{payload}.{_signature(payload, purpose)}"


def _decode(cursor: str | None, purpose: str) -> tuple[bool, list[Any] | None]:
    if not cursor:
        return False, None
    payload, _dot, signature = cursor.partition(".")
    if not constant_time_compare(signature, _signature(payload, purpose)):
        raise InvalidInput.on(
            "cursor", "invalid_cursor", _("This cursor is not valid. Start from the first page.")
        )
    backwards, *position = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return bool(backwards), [_unpacked(value) for value in position]


def _signature(payload: str, purpose: str) -> str:
    return salted_hmac(f"kernel.pagination:{purpose}", payload, algorithm="sha256").hexdigest()[:20]


def _packed(value: Any) -> Any:
    return {"time": value.isoformat()} if isinstance(value, datetime) else value


def _unpacked(value: Any) -> Any:
    return parse_datetime(value["time"]) if isinstance(value, dict) else value
