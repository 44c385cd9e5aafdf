"""Definitions that people bring along from elsewhere: one module a format, each recognised by its shape."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.building.importers import bottega, dify, gpt, librechat, open_webui, openai_assistant
from assistants.building.importers.base import Definition, Importer
from assistants.building.importers.files import assign_files
from assistants.building.portability.archives import Bundle
from assistants.building.portability.assistant_file import FILE
from assistants.building.portability.located import Located
from assistants.building.portability.refusals import FileRefused
from assistants.building.portability.yaml_lines import MAX_BYTES, MAX_DEPTH, read_yaml

IMPORTERS: tuple[Importer, ...] = (bottega, gpt, openai_assistant, dify, librechat, open_webui)
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
                return _read(importer, located, bundle)
    if gpt in wanted and (made := gpt.pieces(bundle)) is not None:
        assign_files([made], bundle, {made.located.file})
        return [made]
    raise _nothing_known(bundle, format)


def _read(importer: Importer, located: Located, bundle: Bundle) -> list[Definition]:
    found = _few(list(importer.definitions(located, bundle)), located)
    for number, definition in enumerate(found, 1):
        if not definition.whole and not definition.name:
            stem = PurePosixPath(bundle.label).stem[:70] or str(_("Untitled assistant"))
            named = stem if len(found) == 1 else f"{stem} {number}"
            definition.patch.setdefault("profile", {})["name"] = named
    if importer is not bottega:
        assign_files(found, bundle, {located.file})
    return found


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
    if _depth(value) > MAX_DEPTH:
        raise FileRefused.at(name, None, "too_complex", _("This is nested too deeply."))
    return Located(name, value, text=data.decode())


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        inner = [one for one in level if isinstance(one, dict | list)]
        level = [child for one in inner for child in (one.values() if isinstance(one, dict) else one)]
    return depth
