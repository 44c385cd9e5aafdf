"""From the bytes of a file to checked rows. The shape is seen from the content, the notation from the file's name."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import yaml

from providers.price_file.litellm import is_litellm, litellm_rows
from providers.price_file.rows import BadRow, Defaults, ModelRow, row_of

MAX_BYTES = 32 * 1024 * 1024
FLAGS = ("tools", "vision", "json_schema", "reasoning")
LINE = "__line__"


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What a file holds: checked rows, other names of models, and what was wrong.

    `foreign` is a list that others keep of every provider there is: only those that are here are meant.
    """

    rows: tuple[ModelRow, ...]
    aliases: Mapping[str, str]
    problems: tuple[BadRow, ...]
    foreign: bool = False


def read_price_file(name: str, body: bytes, defaults: Defaults) -> PriceFile:
    """Read a price file.

    Args:
        name: the file's; `.csv` and `.json` are what they say, everything else is read as YAML.

    Raises:
        BadRow: it cannot be read at all.
    """
    if len(body) > MAX_BYTES:
        raise BadRow(name, "more than 32 MB")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadRow(name, "no UTF-8") from None
    if name.lower().endswith(".csv"):
        return _collected(_csv_rows(text, defaults), {})
    document = _json(name, text) if name.lower().endswith(".json") else _yaml(name, text)
    if not isinstance(document, Mapping):
        raise BadRow(name, "no object at its top")
    if is_litellm(document):
        return replace(_collected(litellm_rows(document, defaults), {}), foreign=True)
    return _own(name, document, defaults)


def _own(name: str, document: Mapping[str, Any], defaults: Defaults) -> PriceFile:
    said = {key: value for key, value in document.items() if key != LINE}
    if unknown := sorted(set(map(str, said)) - {"provider", "currency", "valid_from", "models", "aliases"}):
        raise BadRow(name, f"unknown field {', '.join(unknown)}")
    if not isinstance(said.get("models", []), list) or not isinstance(said.get("aliases", {}), Mapping):
        raise BadRow(name, "models is a list, aliases an object")
    stated = {key: said[key] for key in ("provider", "currency") if said.get(key)}
    if said.get("valid_from"):
        # Checked as a row's own day would be.
        checked = row_of(name, {"name": "-", "provider": "-", "released_on": said["valid_from"]}, defaults)
        stated["valid_from"] = checked.fields["released_on"]
    aliases = {str(key): str(value) for key, value in said.get("aliases", {}).items() if key != LINE}
    return _collected(_listed(said.get("models", []), replace(defaults, **stated)), aliases)


def _listed(models: list[Any], defaults: Defaults) -> Iterator[ModelRow | BadRow]:
    for number, said in enumerate(models, 1):
        place = f"models[{number}]"
        if isinstance(said, Mapping):
            line = said.get(LINE)
            place = f"line {line}" if line else f"models[{number}] {said.get('name', '')}".strip()
            said = _without_lines(said)
        yield _checked(place, said, defaults)


def _without_lines(said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _without_lines(value) if isinstance(value, Mapping) else value
        for key, value in said.items()
        if key != LINE
    }


def _csv_rows(text: str, defaults: Defaults) -> Iterator[ModelRow | BadRow]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        for cells in reader:
            place = f"line {reader.line_num}"
            if None in cells or None in cells.values():
                yield BadRow(place, "not as many cells as the first line")
            else:
                yield _of_cells(place, cells, defaults)
    except csv.Error as error:
        yield BadRow(f"line {reader.line_num}", str(error))


def _of_cells(place: str, cells: dict[str, str], defaults: Defaults) -> ModelRow | BadRow:
    said: dict[str, Any] = {key: value.strip() for key, value in cells.items() if value.strip()}
    price = {key: said.pop(key) for key in ("input", "output", "currency", "valid_from") if key in said}
    words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    flags = {key: words.get(said.pop(key).lower(), "?") for key in FLAGS if key in said}
    if "offered" in said:
        said["offered"] = words.get(said["offered"].lower(), "?")
    if flags:
        said["capabilities"] = flags
    if "input" in price or "output" in price:
        said["price"] = price
    return _checked(place, said, defaults)


def _checked(place: str, said: Any, defaults: Defaults) -> ModelRow | BadRow:
    try:
        return row_of(place, said, defaults)
    except BadRow as problem:
        return problem


def _collected(found: Iterator[ModelRow | BadRow], aliases: Mapping[str, str]) -> PriceFile:
    rows: dict[tuple[str, str, object], ModelRow] = {}
    problems: list[BadRow] = []
    for row in found:
        if isinstance(row, BadRow):
            problems.append(row)
            continue
        key = (row.provider, row.name, row.price.valid_from if row.price else None)
        if key in rows:
            problems.append(
                BadRow(row.place, f"{row.provider}/{row.name} stands at {rows[key].place} already")
            )
        rows.setdefault(key, row)
    return PriceFile(tuple(rows.values()), aliases, tuple(problems))


def _json(name: str, text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise BadRow(name, f"no JSON: {error}") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key} stands in it twice")
        found[key] = value
    return found


class _Loader(yaml.SafeLoader):
    """Keeps numbers with a point exact, as text, and notes where each object begins."""


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    loader.flatten_mapping(node)
    made = loader.construct_mapping(node, deep=True)
    return made | {LINE: node.start_mark.line + 1}


def _exact(loader: _Loader, node: yaml.ScalarNode) -> Any:
    return loader.construct_scalar(node)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:float", _exact)


def _yaml(name: str, text: str) -> Any:
    if any(isinstance(token, yaml.AliasToken) for token in _tokens(name, text)):
        raise BadRow(name, "YAML aliases (*) are not read here")
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506 -- a SafeLoader
    except (yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        raise BadRow(name, f"no YAML: {error}") from None


def _tokens(name: str, text: str) -> Iterator[Any]:
    try:
        yield from yaml.scan(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise BadRow(name, f"no YAML: {error}") from None
