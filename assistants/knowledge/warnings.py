"""What is odd about a document's text, with figures, and in words that say what to do.

A warning stops nothing: the document answers, but worse than it could. Warnings are kept as `{"code": …}` with their figures.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.knowledge.passages import Paragraph

ENOUGH = 30  # paragraphs: with fewer of them nothing is told about the whole
SAMPLE = 60_000  # characters that are looked at one by one
LINE, LONG = 120, 40  # characters: a running line is shorter, and a paragraph that is said again longer
RECURS = 5
NAMES_SHOWN = 5
_DIGITS = re.compile(r"\d+")
_ODD = re.compile(r"[\ufffd\ue000-\uf8ff\x80-\x9f¤¦¬¶¨¯^~|\\<>{}=*_#]")
_MIXED = re.compile(r"\b(?:[^\W\d_]+\d+[^\W\d_]+|\d+[^\W\d_]+\d+)\w*")
_MISREAD = re.compile(r"\ufffd|[ÃÂ][\u0080-\u00bf]|â€|ï»¿|å[\u0080-\u00bf]{2}")
_WORD = re.compile(r"\w+")

_SENTENCES: dict[str, str | Promise] = {
    "repeated_lines": gettext_lazy(
        "%(lines)s short lines stand on most pages, such as a header or a footer. They are found instead of answers: save"
        " the file without them."
    ),
    "duplicated_text": gettext_lazy(
        "%(share)s%% of the text stands here more than once. Take out what repeats itself, so that one answer does not"
        " crowd out the others."
    ),
    "fragments": gettext_lazy(
        "%(share)s%% of the paragraphs are only a word or two. The text may have come apart when it was saved: look at how"
        " it was cut, and try another format of the same document."
    ),
    "odd_characters": gettext_lazy(
        "%(share)s%% of the words hold odd characters, as after poor text recognition (OCR). Scan the pages again at 300 dpi,"
        " or add the original document."
    ),
    "wrong_encoding": gettext_lazy(
        "%(places)s places look as if letters were lost, such as Ã© for é. Save the file as UTF-8 and replace it."
    ),
    "mostly_empty": gettext_lazy(
        "%(empty)s of %(pages)s pages hold next to no text. If they are pictures, run text recognition (OCR) over the file"
        " and replace it."
    ),
    "pages_unread": gettext_lazy(
        "%(pages)s pages are pictures that were not read: text recognition is not installed here, gave up on them, or they"
        " were too many. Ask whoever runs this server to install Tesseract, or run text recognition (OCR) over the file and"
        " replace it."
    ),
    "pages_unclear": gettext_lazy(
        "%(pages)s pages are unclear, so words may be misread. Scan them again at 300 dpi, straight and in good light."
    ),
    "pages_recognised": gettext_lazy(
        "%(pages)s pages are pictures and were read by text recognition. Compare figures that matter with the original."
    ),
    "no_header": gettext_lazy(
        "No first row with the names of the columns was found, so they are called A, B, C. Put a row of names above the"
        " data and replace the file."
    ),
    "columns_left_out": gettext_lazy(
        "Only the first %(columns)s columns were read. Split the sheet if the others matter."
    ),
    "lines_left_out": gettext_lazy(
        "%(lines)s lines are no valid JSON and were left out. Correct them and replace the file."
    ),
    "attachments_left_out": gettext_lazy(
        "%(attachments)s attachments could not be read and were left out. Save them and add them as files of their own."
    ),
    "left_out_kind": gettext_lazy("Left out, of a kind that cannot be read: %(names)s."),
    "left_out_content": gettext_lazy(
        "Left out, because their content is not what their names say: %(names)s. Save them again and add them."
    ),
    "left_out_nested": gettext_lazy(
        "Left out, because a zip inside a zip is not opened: %(names)s. Unpack it and add it by itself."
    ),
    "left_out_size": gettext_lazy("Left out, because they are larger than one file may be: %(names)s."),
    "left_out_policy": gettext_lazy(
        "Left out, because your organisation's policy does not take files of their kind: %(names)s."
    ),
    "left_out_double": gettext_lazy("Left out, because the same content is here already: %(names)s."),
    "left_out_room": gettext_lazy(
        "Left out, because your plan has no room for them: %(names)s. Remove sources that are not needed, and add them."
    ),
    "left_out_damaged": gettext_lazy(
        "Left out, because they are damaged: %(names)s. Make the zip again, or add them by themselves."
    ),
}
_OTHER = gettext_lazy("Something about this file is odd. Look at how it was cut.")
Noted = Mapping[str, Any]


def warning_message(warning: Noted) -> str:
    """The sentence for a warning, in the active language."""
    figures = dict(warning)
    names = figures.pop("names", None)
    if names is not None:
        more = figures.pop("more", 0)
        figures["names"] = ", ".join(names) + (
            " " + _("and %(count)s more") % {"count": more} if more else ""
        )
    return str(_SENTENCES.get(warning["code"], _OTHER)) % figures


def left_out(code: str, names: Sequence[str]) -> dict[str, Any]:
    """The warning that files of a zip were left out: the first of them by name."""
    shown = {"code": code, "names": list(names[:NAMES_SHOWN])}
    return shown | ({"more": len(names) - NAMES_SHOWN} if len(names) > NAMES_SHOWN else {})


def warnings_of(
    paragraphs: Sequence[Paragraph], pages: int | None, notes: Iterable[Noted] = ()
) -> list[dict[str, Any]]:
    """What is odd about a document, worst first.

    Args:
        pages: how many it has, where it has any.
        notes: what its parser noted; the same code is told once, its figures added up.
    """
    found = [
        *_misread(paragraphs),
        *_odd_characters(paragraphs),
        *_mostly_empty(paragraphs, pages),
    ]
    texts = [paragraph for paragraph in paragraphs if paragraph.kind == "text"]
    if len(texts) >= ENOUGH:
        found += [*_repeated_lines(texts, pages), *_duplicated(texts), *_fragments(texts)]
    return found + _summed(notes)


def _summed(notes: Iterable[Noted]) -> list[dict[str, Any]]:
    sums: dict[str, dict[str, Any]] = {}
    for note in notes:
        kept = sums.setdefault(note["code"], {"code": note["code"]})
        for name, figure in note.items():
            adds_up = name not in ("code", "columns")
            kept[name] = kept.get(name, 0) + figure if adds_up else figure
    return list(sums.values())


def _sample(paragraphs: Sequence[Paragraph]) -> str:
    """Text from all over the document, about as much as `SAMPLE`."""
    total = paragraphs[-1].end if paragraphs else 0
    step = max(1, -(-total // SAMPLE))
    return "\n".join(paragraph.text for paragraph in islice(paragraphs, 0, None, step))[: 2 * SAMPLE]


def _misread(paragraphs: Sequence[Paragraph]) -> list[dict[str, Any]]:
    sample = _sample(paragraphs)
    places = len(_MISREAD.findall(sample))
    return [{"code": "wrong_encoding", "places": places}] if places >= max(3, len(sample) // 2_000) else []


def _odd_characters(paragraphs: Sequence[Paragraph]) -> list[dict[str, Any]]:
    texts = [paragraph for paragraph in paragraphs if paragraph.kind == "text"]
    sample = _sample(texts)
    words = len(_WORD.findall(sample))
    if words < 200:
        return []
    share = (len(_ODD.findall(sample)) + len(_MIXED.findall(sample))) * 100 // words
    return [{"code": "odd_characters", "share": min(share, 100)}] if share >= 10 else []


def _mostly_empty(paragraphs: Sequence[Paragraph], pages: int | None) -> list[dict[str, Any]]:
    if not pages or pages < 4:
        return []
    characters: Counter[int] = Counter()
    for paragraph in paragraphs:
        characters[paragraph.section] += len(paragraph.text)
    empty = pages - sum(count >= 20 for count in characters.values())
    return [{"code": "mostly_empty", "empty": empty, "pages": pages}] if empty * 2 >= pages else []


def _repeated_lines(texts: Sequence[Paragraph], pages: int | None) -> list[dict[str, Any]]:
    if not pages or pages < RECURS:
        return []
    seen: defaultdict[str, set[int]] = defaultdict(set)
    for paragraph in texts:
        if len(paragraph.text) <= LINE:
            seen[_DIGITS.sub("#", paragraph.text)].add(paragraph.section)
    lines = sum(len(sections) >= max(RECURS, pages / 2) for sections in seen.values())
    return [{"code": "repeated_lines", "lines": lines}] if lines else []


def _duplicated(texts: Sequence[Paragraph]) -> list[dict[str, Any]]:
    seen = Counter(paragraph.text for paragraph in texts if len(paragraph.text) >= LONG)
    again = sum((count - 1) * len(text) for text, count in seen.items())
    share = again * 100 // max(1, sum(len(paragraph.text) for paragraph in texts))
    return [{"code": "duplicated_text", "share": share}] if share >= 20 else []


def _fragments(texts: Sequence[Paragraph]) -> list[dict[str, Any]]:
    short = sum(len(paragraph.text) < 15 for paragraph in texts)
    share = short * 100 // len(texts)
    return [{"code": "fragments", "share": share}] if share >= 60 else []
