"""What is odd about a document's text, with figures, and in words that say what to do.

A warning stops nothing: the document answers, but worse than it could. Warnings are kept as `{"code": …}` with their figures.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.knowledge.passages import Paragraph

ENOUGH = 30  # paragraphs: with fewer of them nothing is told about the whole
SAMPLE = 60_000  # characters that are looked at one by one
LINE, LONG = 120, 40  # characters: a running line is shorter, and a paragraph that is said again longer
RECURS = 5
FULL = 20  # characters: a page with fewer is empty
NAMES_SHOWN = 5
_DIGITS = re.compile(r"\d+")
_ODD = re.compile(r"[\ufffd\ue000-\uf8ff\x80-\x9f¤¦¬¶¨¯^~|\\<>{}=*_#]")
_MIXED = re.compile(r"[^\W\d_]++\d++[^\W\d_]|\d++[^\W\d_]++\d")  # how a word begins
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
    "left_out_empty": gettext_lazy("Left out, because there is nothing in them: %(names)s."),
    "left_out_many": gettext_lazy(
        "Left out, because one source holds at most 2,000 files: %(names)s. Pick smaller places instead."
    ),
    "left_out_bytes": gettext_lazy(
        "Left out, because all files of one source may have 2 GB together: %(names)s. Pick smaller places instead."
    ),
    "left_out_deep": gettext_lazy(
        "Left out, because folders are followed twelve levels down: %(names)s. Pick these folders by themselves."
    ),
    "left_out_access": gettext_lazy(
        "Left out, because the connected account may not read them, or their service does not hand them out: %(names)s."
    ),
    "left_out_failed": gettext_lazy(
        "Left out for now, because their service failed: %(names)s. They are tried again with the next look."
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
    paragraphs: Iterable[Paragraph], pages: int | None, notes: Iterable[Noted] = ()
) -> list[dict[str, Any]]:
    """What is odd about a document, worst first; see `Oddities.found`."""
    oddities = Oddities()
    for paragraph in paragraphs:
        oddities.add(paragraph)
    return oddities.found(pages, notes)


class Oddities:
    """Looks at a document's paragraphs one after the other, and keeps little of them."""

    def __init__(self) -> None:
        self._all, self._texts = _Sample(), _Sample()
        self._section, self._on_page, self._full_pages = 0, 0, 0
        self._count = self._short = self._characters = self._again = 0
        self._lines: dict[
            str, list[int]
        ] = {}  # a short line: on how many pages it stands, and the last of them
        self._said: set[int] = set()

    def add(self, paragraph: Paragraph) -> None:
        """One more of them, in order."""
        text, section = paragraph.text, paragraph.section
        size = len(text)
        self._all.add(text)
        if section != self._section:
            self._end_page()
            self._section = section
        self._on_page += size
        if paragraph.kind != "text":
            return
        self._texts.add(text)
        self._count += 1
        self._characters += size
        self._short += size < 15
        if size <= LINE:
            seen = self._lines.setdefault(_DIGITS.sub("#", text), [0, -1])
            if seen[1] != section:
                seen[:] = [seen[0] + 1, section]
        if size >= LONG:
            said = hash(text)  # of 64 bits: that two texts share one by chance stays out of sight
            if said in self._said:
                self._again += size
            self._said.add(said)

    def _end_page(self) -> None:
        self._full_pages += self._on_page >= FULL
        self._on_page = 0

    def found(self, pages: int | None, notes: Iterable[Noted] = ()) -> list[dict[str, Any]]:
        """What is odd, worst first, once all paragraphs are there.

        Args:
            pages: how many the document has, where it has any.
            notes: what its parser noted; the same code is told once, its figures added up.
        """
        self._end_page()
        found = [
            *_misread(self._all.text()),
            *_odd_characters(self._texts.text()),
            *_mostly_empty(self._full_pages, pages),
        ]
        if self._count >= ENOUGH:
            found += [*self._repeated_lines(pages), *self._duplicated(), *self._fragments()]
        return found + _summed(notes)

    def _repeated_lines(self, pages: int | None) -> list[dict[str, Any]]:
        if not pages or pages < RECURS:
            return []
        lines = sum(on >= max(RECURS, pages / 2) for on, _ in self._lines.values())
        return [{"code": "repeated_lines", "lines": lines}] if lines else []

    def _duplicated(self) -> list[dict[str, Any]]:
        share = self._again * 100 // max(1, self._characters)
        return [{"code": "duplicated_text", "share": share}] if share >= 20 else []

    def _fragments(self) -> list[dict[str, Any]]:
        share = self._short * 100 // self._count
        return [{"code": "fragments", "share": share}] if share >= 60 else []


class _Sample:
    """Texts from all over a document, about as many characters as `SAMPLE`: every so many-th, the more there are the fewer."""

    def __init__(self) -> None:
        self._kept: list[str] = []
        self._step = 1
        self._seen = self._size = 0

    def add(self, text: str) -> None:
        if self._seen % self._step == 0:
            self._kept.append(text)
            self._size += len(text)
            if self._size > 2 * SAMPLE and len(self._kept) > 1:
                self._kept = self._kept[::2]
                self._step *= 2
                self._size = sum(map(len, self._kept))
        self._seen += 1

    def text(self) -> str:
        return "\n".join(self._kept)[: 2 * SAMPLE]


def _summed(notes: Iterable[Noted]) -> list[dict[str, Any]]:
    sums: dict[str, dict[str, Any]] = {}
    for note in notes:
        kept = sums.setdefault(note["code"], {"code": note["code"]})
        for name, figure in note.items():
            adds_up = name not in ("code", "columns")
            kept[name] = kept.get(name, 0) + figure if adds_up else figure
    return list(sums.values())


def _misread(sample: str) -> list[dict[str, Any]]:
    places = len(_MISREAD.findall(sample))
    return [{"code": "wrong_encoding", "places": places}] if places >= max(3, len(sample) // 2_000) else []


def _odd_characters(sample: str) -> list[dict[str, Any]]:
    words = _WORD.findall(sample)
    if len(words) < 200:
        return []
    mixed = sum(_MIXED.match(word) is not None for word in words if not word.isalpha())
    share = (len(_ODD.findall(sample)) + mixed) * 100 // len(words)
    return [{"code": "odd_characters", "share": min(share, 100)}] if share >= 10 else []


def _mostly_empty(full: int, pages: int | None) -> list[dict[str, Any]]:
    if not pages or pages < 4:
        return []
    empty = pages - full
    return [{"code": "mostly_empty", "empty": empty, "pages": pages}] if empty * 2 >= pages else []
