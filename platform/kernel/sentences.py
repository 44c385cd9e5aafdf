"""Cutting a text into sentences, verbatim, in many scripts."""

import re
from collections.abc import Iterator

_CLOSING = "”’\"'»」』）)\\]】"
_END = re.compile(
    rf"[。！？!?…]+[{_CLOSING}]*"  # full-width stops end a sentence wherever they stand
    rf"|(?<=\S)[.؟।]+[{_CLOSING}]*(?=\s|$)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|No|Nr|vs|etc|cf|al|approx|ca|Inc|Ltd|Co|Corp|Fig|Vol|pp?|Jan|Feb|Mar|Apr|Jun"
    r"|Jul|Aug|Sept?|Oct|Nov|Dec)|\b(?:e\.g|i\.e|z\.B|d\.h|a\.m|p\.m)|(?:^|[\s(.])[A-Z])\.$"
)
_MARKUP = re.compile(r"^\s*(?:[-*+•]\s+|\d+[.)]\s+|>\s+|#+\s+)")


def cut_sentences(text: str) -> Iterator[str]:
    """The sentences of a text in order, list items and table rows among them; titles are left out."""
    for line in _lines(text):
        start = 0
        for match in _END.finditer(line):
            if match.group().startswith(".") and not _ends_here(line, start, match):
                continue
            yield line[start : match.end()].strip()
            start = match.end()
        yield line[start:].strip()


def _lines(text: str) -> Iterator[str]:
    """Paragraphs, list items and table rows; lines that a PDF broke in mid-sentence are joined again."""
    joined = ""
    for raw in text.splitlines():
        line = raw.strip()
        if not line or _MARKUP.match(raw) or "|" in line:
            if joined:
                yield joined
            joined = ""
            if raw.lstrip().startswith("#"):
                continue
            line = _MARKUP.sub("", line).strip("| ")
            if line and "|" not in raw:
                joined = line
            elif line:
                yield line
        elif joined and _goes_on(joined, line):
            joined += ("" if _is_wide(joined[-1]) and _is_wide(line[0]) else " ") + line
        else:
            if joined:
                yield joined
            joined = line
    if joined:
        yield joined


def _goes_on(before: str, after: str) -> bool:
    if before[-1] in ".!?。！？:：":
        return False
    return len(before) > 40 or after[0].islower() or after[0] in ",，、"


def _ends_here(line: str, start: int, match: re.Match[str]) -> bool:
    if _ABBREVIATION.search(line[start : match.start() + 1]):
        return False
    following = line[match.end() :].lstrip()[:1]
    return not following or not following.islower()


def _is_wide(character: str) -> bool:
    return "\u2e80" <= character <= "\uffef"
