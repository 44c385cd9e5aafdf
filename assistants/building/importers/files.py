"""Files that lie beside a definition of another product: knowledge, or the document of an action."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from assistants.actions.reading import reading_of_document
from assistants.building.importers.base import BroughtAction, Definition, KnowledgeFile
from assistants.building.importers.mapping import ACTION_ADVICE, KNOWLEDGE_ADVICE
from assistants.building.portability.archives import Bundle
from assistants.building.portability.refusals import FileRefused
from assistants.building.portability.yaml_lines import read_yaml
from assistants.knowledge.formats import BY_EXTENSION
from kernel.errors import DomainError

MOST_TEXT = 4 * 1024 * 1024
NOT_HERE = _("The file itself is not in what was handed in.")


def assign_files(definitions: Sequence[Definition], bundle: Bundle, taken: set[str]) -> None:
    """Give every file that is no definition to the assistant that lists it, or to the only one.

    Args:
        taken: the files that definitions were read from.
    """
    for name in bundle.names():
        if name not in taken:
            _assign(definitions, bundle, name)
    for definition in definitions:
        for listed, place in definition.listed.items():
            definition.account.misses(place, listed, NOT_HERE, listed, KNOWLEDGE_ADVICE)


def _assign(definitions: Sequence[Definition], bundle: Bundle, name: str) -> None:
    short = PurePosixPath(name).name
    owner = next((one for one in definitions if short in one.listed), definitions[0])
    if short not in owner.listed and len(definitions) > 1:
        reason = _("It is not clear which of the assistants of this file it belongs to.")
        owner.account.misses(name, short, reason, "", KNOWLEDGE_ADVICE)
        return
    owner.listed.pop(short, None)
    text = _text(bundle, name)
    if text is not None and _is_api(text):
        _bring_api(owner, name, text)
        return
    title, as_text = short, PurePosixPath(short).suffix.lower() not in BY_EXTENSION and text is not None
    if as_text:
        # Data and programs are words as well: read as plain text they can be quoted.
        title = f"{short}.txt"
    owner.files.append(KnowledgeFile(name, title, read_as=title if as_text else name))
    owner.account.maps(name, f"knowledge: {title}")


def _bring_api(owner: Definition, name: str, text: str) -> None:
    try:
        reading = reading_of_document(text.encode())
    except DomainError as refusal:
        reason = _("It cannot be read as an action: %(why)s") % {"why": refusal.message}
        owner.account.misses(name, _("Action"), reason, text, ACTION_ADVICE)
    else:
        owner.actions.append(BroughtAction(name, reading))


def _text(bundle: Bundle, name: str) -> str | None:
    if bundle.sizes[name] > MOST_TEXT:
        return None
    data = bundle.read(name, MOST_TEXT)
    if b"\x00" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _is_api(text: str) -> bool:
    if "openapi" not in text[:20_000] and "swagger" not in text[:20_000]:
        return False
    document: Any = None
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        try:
            document = read_yaml(text.encode(), "openapi").value
        except FileRefused:
            return text.lstrip().startswith(("openapi:", "swagger:"))
    return isinstance(document, dict) and ("openapi" in document or "swagger" in document)
