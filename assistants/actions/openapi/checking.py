"""A model's arguments against their schema, in bounded time."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import jsonschema_rs
import orjson
from django.utils.translation import gettext as _

from assistants.actions.openapi.carried import carried
from assistants.actions.openapi.documents import Callable
from assistants.actions.openapi.keywords import PATTERNS
from kernel.errors import FieldError, InvalidInput
from kernel.text import has_nul

MOST_DEPTH = 40
MOST_ERRORS = 5
MOST_CHARACTERS = 100_000


def check_arguments(operation: Callable, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as they arrive: those that a model left empty (null) where it may are dropped, and what is empty where
    that cannot be sent.

    Raises:
        InvalidInput: with an error for each wrong argument, or each that cannot be sent as the document says; at most
            MOST_ERRORS.
    """
    if not isinstance(arguments, Mapping):
        raise InvalidInput.on("arguments", "not_an_object", _("The arguments have to be one JSON object."))
    given = dict(arguments)
    _check_size(given)
    errors = check_value(_schema(operation), given)
    if errors and (less := _without_nulls(operation, given)) != given:
        given = less
        errors = check_value(_schema(operation), given)
    if errors:
        raise InvalidInput(errors=errors)
    return carried(operation.mapping, given, lambda left: not check_value(_schema(operation), left))


def _schema(operation: Callable) -> Mapping[str, Any]:
    whole: Mapping[str, Any] = operation.mapping.get("schema") or operation.arguments_schema
    return whole


def _check_size(arguments: dict[str, Any]) -> None:
    if _is_deep(arguments):
        raise InvalidInput.on(
            "arguments", "too_deep", _("The arguments are nested too deeply. Flatten them.")
        )
    try:
        written = orjson.dumps(arguments)
    except TypeError:
        raise InvalidInput.on(
            "arguments", "not_json", _("The arguments hold values that JSON cannot hold.")
        ) from None
    for name, value in arguments.items():
        if has_nul(written, {name: value}):
            sentence = _("%(name)s holds a NUL character, which nothing can keep. Leave it out.")
            place = name.replace("\x00", "")[:200] or "arguments"
            raise InvalidInput.on(place, "nul_character", sentence % {"name": place})
    if len(written) > MOST_CHARACTERS:
        raise InvalidInput.on(
            "arguments",
            "too_large",
            _("The arguments are larger than %(limit)s characters. Send less at a time.")
            % {"limit": MOST_CHARACTERS},
        )


def _is_deep(value: Any) -> bool:
    level = [value]
    for _depth in range(MOST_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return True


def _without_nulls(operation: Callable, arguments: dict[str, Any]) -> dict[str, Any]:
    required = operation.arguments_schema.get("required", ())
    return {name: each for name, each in arguments.items() if each is not None or name in required}


def check_value(schema: Mapping[str, Any], value: Any) -> list[FieldError]:
    """What is wrong with a value, one entry a place; empty where it fits."""
    validator = jsonschema_rs.Draft202012Validator(
        dict(schema), validate_formats=True, pattern_options=PATTERNS, ignore_unknown_formats=True
    )
    if validator.is_valid(value):
        return []
    return list(_errors(islice(validator.iter_errors(value), MOST_ERRORS)))


def _errors(found: Iterator[Any]) -> Iterator[FieldError]:
    for error in found:
        way = [str(step) for step in error.instance_path]
        place = ".".join(way)[:200] or "arguments"
        sentence = str(error.message)
        if len(sentence) > 300:
            sentence = sentence[:140] + " … " + sentence[-140:]
        code = type(error.kind).__name__.removeprefix("ValidationErrorKind_").lower()
        yield FieldError(
            place, code or "invalid", _("%(place)s: %(problem)s") % {"place": place, "problem": sentence}
        )
