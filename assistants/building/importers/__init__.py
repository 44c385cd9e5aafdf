"""Definitions that people bring along from elsewhere: one module a format, each recognised by its shape."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.building.importers import bottega
from assistants.building.importers.base import Definition, Importer
from assistants.building.portability.archives import Bundle
from assistants.building.portability.assistant_file import FILE
from assistants.building.portability.refusals import FileRefused
from assistants.building.portability.yaml_lines import MAX_BYTES, Located, read_yaml

IMPORTERS: tuple[Importer, ...] = (bottega,)
BY_NAME = {importer.name: importer for importer in IMPORTERS}
AUTO = "auto"
FORMATS = (AUTO, *BY_NAME)
DEFINITIONS = (".json", ".yaml", ".yml")
MOST = 50  # assistants of one file


def read_definitions(bundle: Bundle, format: str = AUTO) -> list[Definition]:
    """The assistants that are described in what was handed in.

    Args:
        format: one of `FORMATS`.

    Raises:
        FileRefused: nothing there has a shape that is known, or what it says is wrong.
    """
    wanted = IMPORTERS if format == AUTO else (BY_NAME[format],)
    for located in _documents(bundle):
        for importer in wanted:
            if importer.recognises(located.value):
                return _few(list(importer.definitions(located, bundle)), located)
    raise _nothing_known(bundle, format)


def _few(found: list[Definition], located: Located) -> list[Definition]:
    if len(found) > MOST:
        reason = _(
            "This holds %(count)s assistants; at most %(most)s are brought over at once. Split the file."
        )
        filled = reason % {"count": len(found), "most": MOST}
        raise FileRefused.at(located.file, None, "too_many", filled)
    return found


def _nothing_known(bundle: Bundle, format: str) -> FileRefused:
    if format == AUTO:
        reason = _("No definition of an assistant was found in this. Choose a file that was exported as one.")
    else:
        reason = _(
            "This does not look like the format that was chosen. Choose “find out by itself” or another one."
        )
    return FileRefused.at(bundle.label, None, "unknown_format", reason)


def _documents(bundle: Bundle) -> Sequence[Located]:
    """What could be a definition, ours first, those higher up before those in folders."""
    names = [name for name in bundle.names() if PurePosixPath(name).suffix.lower() in DEFINITIONS]
    names.sort(key=lambda name: (PurePosixPath(name).name != FILE, name.count("/"), name))
    return [located for name in names[:20] if (located := _document(bundle, name, alone=len(names) == 1))]


def _document(bundle: Bundle, name: str, *, alone: bool) -> Located | None:
    data = bundle.read(name, MAX_BYTES)
    if PurePosixPath(name).suffix.lower() == ".json":
        return _json(data, name, alone=alone)
    return read_yaml(data, name)


def _json(data: bytes, name: str, *, alone: bool) -> Located | None:
    try:
        value: Any = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        if not alone:
            return None
        reason = _("This is not valid JSON (%(problem)s).") % {"problem": error.msg}
        raise FileRefused.at(name, error.lineno, "not_json", reason) from None
    return Located(name, value)
