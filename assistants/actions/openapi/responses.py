"""An answer cut so that a model can read it: to the declared fields, then to the budget."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from selectolax.lexbor import LexborHTMLParser

from assistants.actions.openapi.answer_files import without_file_contents
from assistants.actions.openapi.clipping import Clipped, clipped
from assistants.actions.openapi.documents import Callable
from assistants.actions.openapi.pruning import declared_only
from providers.tokens import count_tokens, cut_to_tokens

MOST_CHARACTERS = 100_000
MOST_LEVELS = 40
# Tried in this order until one fits: (characters of a text, levels). How many items of a list stay is searched for.
_STEPS = ((4000, MOST_LEVELS), (1000, 12), (300, 8), (120, 5), (60, 4), (40, 3), (20, 2), (20, 1))
_FEWEST_ITEMS = 3  # below it, shorter texts are tried before fewer items
_TEXT_PER_TOKEN = 16  # characters: more than this many a token is surely over the budget
_UNSEEN_TAGS = ["script", "style", "noscript", "template", "svg", "iframe", "nav", "head"]


@dataclass(frozen=True, slots=True)
class CutResponse:
    """What the model reads of an answer.

    Attributes:
        kind: json, html, text, binary or empty.
        notes: what was left out, for people and models.
    """

    text: str
    truncated: bool
    kind: str
    notes: tuple[str, ...] = ()


def cut_response(
    operation: Callable, status: int, content_type: str, body: bytes, *, budget_tokens: int
) -> CutResponse:
    """Cut an answer to a budget.

    JSON stays valid JSON: fields that the operation does not declare go first, then the ends of lists and texts, then
    what is nested deepest; each place says how much was left out.

    Args:
        content_type: the header as it came, or empty.
        budget_tokens: of the text; it never has more than MOST_CHARACTERS either.
    """
    media_type = content_type.split(";")[0].strip().lower()
    budget = _Budget(budget_tokens)
    if not body.strip():
        return CutResponse(_("(empty answer)"), False, "empty")
    found, value = _json(media_type, body)
    if found:
        schema = operation.response_schema if 200 <= status < 300 else None
        return _cut_json(value, schema, budget)
    text = _decoded(content_type, media_type, body)
    if text is None:
        size = filesizeformat(len(body))
        words = {"kind": media_type or "application/octet-stream", "size": size}
        return CutResponse(_("(a file of the type %(kind)s, %(size)s)") % words, False, "binary")
    if media_type in ("text/html", "application/xhtml+xml") or text.lstrip()[:9].lower() == "<!doctype":
        return _cut_text(_readable(text), "html", budget)
    return _cut_text(text, "text", budget)


class _Budget:
    def __init__(self, tokens: int) -> None:
        self.tokens = max(tokens, 1)

    def holds(self, text: str) -> bool:
        if len(text) > min(MOST_CHARACTERS, self.tokens * _TEXT_PER_TOKEN):
            return False
        return len(text.encode()) <= self.tokens or count_tokens(text) <= self.tokens


def _json(media_type: str, body: bytes) -> tuple[bool, Any]:
    declared = media_type.endswith("json")
    if not declared and body.lstrip()[:1] not in (b"{", b"["):
        return False, None
    try:
        return True, orjson.loads(body)
    except orjson.JSONDecodeError:
        return False, None


def _cut_json(value: Any, schema: Mapping[str, Any] | None, budget: _Budget) -> CutResponse:
    value, is_part = clipped(without_file_contents(value))
    text = None if is_part else _written(value, MOST_LEVELS)
    if text is not None and budget.holds(text):
        return CutResponse(text, False, "json")
    notes: list[str] = []
    if schema is not None:
        value, dropped = declared_only(value, schema)
        if dropped:
            notes.append(
                ngettext(
                    "%(count)s field that the operation does not declare was left out.",
                    "%(count)s fields that the operation does not declare were left out.",
                    dropped,
                )
                % {"count": dropped}
            )
            text = None if is_part else _written(value, MOST_LEVELS)
            if text is not None and budget.holds(text):
                return CutResponse(text, True, "json", tuple(notes))
    notes.append(
        _("The answer was longer than its budget. Lists and texts in it end early where they say so.")
    )
    return CutResponse(_fitted(value, budget), True, "json", tuple(notes))


def _fitted(value: Any, budget: _Budget) -> str:
    best = ""
    for characters, levels in _STEPS:
        items, text = _most_items(value, characters, levels, budget)
        if text:
            best = text
        if items >= _FEWEST_ITEMS or (text and items < 0):
            return text
    return best or '"…"'


def _most_items(value: Any, characters: int, levels: int, budget: _Budget) -> tuple[int, str]:
    """The most items of each list that fit, with the text; -1 where even all of them do."""
    longest = _longest(value, levels)
    whole = _try(value, longest, characters, levels, budget)
    if whole:
        return -1, whole
    low, high, best = 0, min(longest, 2000), ""
    while low < high:
        middle = (low + high + 1) // 2
        text = _try(value, middle, characters, levels, budget)
        if text:
            low, best = middle, text
        else:
            high = middle - 1
    return low, best


def _try(value: Any, items: int, characters: int, levels: int, budget: _Budget) -> str:
    spare = [min(MOST_CHARACTERS, budget.tokens * _TEXT_PER_TOKEN)]
    cut = _shortened(value, items, characters, levels, spare)
    if spare[0] < 0:
        return ""
    text = orjson.dumps(cut).decode()
    return text if budget.holds(text) else ""


def _shortened(value: Any, items: int, characters: int, levels: int, spare: list[int]) -> Any:
    """A copy cut to size; `spare` counts down the characters and ends the work early where they are used up."""
    if spare[0] < 0:
        return None
    if isinstance(value, str):
        spare[0] -= min(len(value), characters)
        return value if len(value) <= characters else value[:characters] + "…"
    if not isinstance(value, dict | list):
        spare[0] -= 2
        return value
    if not value and not isinstance(value, Clipped):
        return value
    if levels <= 0:
        return "{…}" if isinstance(value, dict) else "[…]"
    if isinstance(value, dict):
        return _shortened_object(value, items, characters, levels, spare)
    kept = [_shortened(each, items, characters, levels - 1, spare) for each in value[:items]]
    left = len(value) - len(kept) + (value.left if isinstance(value, Clipped) else 0)
    return [*kept, _left_out(left)] if left else kept


_MOST_FIELDS = 60  # of one object, once lists are cut to a few items as well


def _shortened_object(
    value: dict[str, Any], items: int, characters: int, levels: int, spare: list[int]
) -> dict[str, Any]:
    most = max(items, 10) if len(value) > _MOST_FIELDS else len(value)
    kept: dict[str, Any] = {}
    for name, each in list(value.items())[:most]:
        spare[0] -= len(name)
        kept[name[:200]] = _shortened(each, items, characters, levels - 1, spare)
    if len(value) > most:
        kept["…"] = _left_out(len(value) - most)
    return kept


def _left_out(count: int) -> str:
    return ngettext("… %(count)s more left out", "… %(count)s more left out", count) % {"count": count}


def _longest(value: Any, levels: int) -> int:
    if levels <= 0 or not isinstance(value, dict | list) or not value:
        return 1
    inner = value.values() if isinstance(value, dict) else value
    own = len(value) if isinstance(value, list) or len(value) > _MOST_FIELDS else 1
    return max(own, max(_longest(each, levels - 1) for each in inner))


def _written(value: Any, levels: int) -> str | None:
    """The value as JSON; None where it is nested too deeply to be shown whole."""
    level = [value]
    for _depth in range(levels):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return orjson.dumps(value).decode()
    return None


def _decoded(content_type: str, media_type: str, body: bytes) -> str | None:
    """The body as text; None where it is none."""
    charset = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'") or "utf-8"
    is_text = media_type.startswith("text/") or media_type.endswith(
        ("json", "xml", "yaml", "javascript", "csv")
    )
    is_text = is_text or media_type == "application/x-www-form-urlencoded"
    if b"\x00" in body[:4096] and not charset.startswith("utf-16"):
        return None
    try:
        return body.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return body.decode("utf-8", "replace") if is_text else None


def _readable(html: str) -> str:
    tree = LexborHTMLParser(html)
    tree.strip_tags(_UNSEEN_TAGS, recursive=True)
    body = tree.body
    lines = (" ".join(line.split()) for line in (body.text(separator="\n") if body else "").splitlines())
    return "\n".join(line for line in lines if line)


def _cut_text(text: str, kind: str, budget: _Budget) -> CutResponse:
    text = text.replace("\x00", "")
    if budget.holds(text):
        return CutResponse(text, False, kind)
    whole = len(text)
    text = cut_to_tokens(text[: min(MOST_CHARACTERS, budget.tokens * _TEXT_PER_TOKEN)], budget.tokens)
    note = _("The answer has %(whole)s characters; these are the first %(shown)s.")
    return CutResponse(text, True, kind, (note % {"whole": whole, "shown": len(text)},))
