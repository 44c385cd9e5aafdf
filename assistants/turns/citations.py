"""Citations, checked by the server: a number that no source has is dropped from the answer."""

import re
from collections.abc import Sequence
from typing import Any

from assistants.turns.plan import RetrievedPassage

NUMBERS = r"\d{1,3}(?:\s*[,，、]\s*\d{1,3})*"
MARK = re.compile(rf"\s?\[({NUMBERS})\](?!\()")
# What may be the beginning of a mark, at the end of a piece of text: it waits for the next piece.
UNFINISHED = re.compile(r"(?:\s?\[[\d\s,，、]{0,24}\]?|\s)$")
QUOTE_LENGTH = 600
BETWEEN = " … "  # stands for what lies between two quotations of one passage
SHORTEST_QUOTE = 6  # characters: less than that stands in any text


class MarkFilter:
    """Checks the marks of an answer while it streams.

    A mark that names a source that was given is kept, in one form (`[1]`); any other is dropped. What may become a
    mark is held back until it is known.
    """

    def __init__(self, sources: int, used: Sequence[int] = ()) -> None:
        self.sources = sources  # grows where the model finds more
        self._held = ""
        self.used: list[int] = list(used)

    def feed(self, text: str) -> str:
        """The part of the answer that may be shown now."""
        text = self._held + text
        unfinished = UNFINISHED.search(text)
        cut = unfinished.start() if unfinished else len(text)
        self._held = text[cut:]
        return MARK.sub(self._keep, text[:cut])

    def flush(self) -> str:
        """The rest, once the answer has ended."""
        rest, self._held = self._held, ""
        return MARK.sub(self._keep, rest).rstrip()

    def _keep(self, match: re.Match[str]) -> str:
        known = [n for n in map(int, re.findall(r"\d+", match.group(1))) if 1 <= n <= self.sources]
        self.used.extend(n for n in known if n not in self.used)
        lead = " " if known and match.group(0)[0].isspace() else ""
        return lead + "".join(f"[{n}]" for n in known)


def citation_items(
    text: str, numbers: Sequence[int], passages: Sequence[RetrievedPassage], turn_id: str, base_url: str
) -> list[dict[str, Any]]:
    """The public form of the citations used.

    Args:
        text: the answer. Where the words before a mark stand in its passage, the citation is of just those words.
        base_url: where the product is reached; a citation's `url` opens its place there, or the web page that it is of.
    """
    said = words_before_marks(text) if numbers else {}
    return [_item(n, passages[n - 1], said.get(n, []), turn_id, base_url) for n in numbers]


def words_before_marks(text: str) -> dict[int, list[str]]:
    """What stands before each mark, back to the mark or the line before it."""
    said: dict[int, list[str]] = {}
    for line in text.splitlines():
        words = ""
        for piece in re.split(r"(\[\d{1,3}\])", line):
            if not piece.startswith("["):
                words = piece.strip(" \t。；，、.;,|>-*#")
            elif len(words) >= SHORTEST_QUOTE:
                said.setdefault(int(piece[1:-1]), []).append(words)
    return said


def _item(
    number: int, passage: RetrievedPassage, said: Sequence[str], turn_id: str, base_url: str
) -> dict[str, Any]:
    quoted = [(words, passage.text.find(words)) for words in said]
    spans = [[passage.start + at, passage.start + at + len(words)] for words, at in quoted if at >= 0]
    shown = BETWEEN.join(words for words, at in quoted if at >= 0) or passage.text
    item = {
        "number": number,
        "document": passage.document_id,
        "passage": passage.id,
        "title": passage.title,
        "page": passage.page,
        "paragraph": passage.paragraph,
        "heading": passage.heading,
        "quote": shown[:QUOTE_LENGTH],
        "spans": spans,
        "url": passage.url or f"{base_url}/citations/{turn_id}/{number}",
    }
    return item if passage.quotable else without_words(item)


def without_words(item: dict[str, Any]) -> dict[str, Any]:
    """A citation that says where something stands, and not what."""
    return item | {"quote": "", "spans": []}


def annotations(text: str, citations: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """OpenAI's `url_citation` annotations for the marks in a text, ours beside its own fields."""
    by_number = {item["number"]: item for item in citations}
    found = []
    for match in re.finditer(r"\[(\d{1,3})\]", text):
        item = by_number.get(int(match.group(1)))
        if item:
            fields = {
                key: item[key] for key in ("title", "url", "number", "document", "page", "paragraph", "quote")
            }
            place = {"start_index": match.start(), "end_index": match.end()}
            found.append({"type": "url_citation", "url_citation": place | fields})
    return found
