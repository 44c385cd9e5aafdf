"""What was found in a document, as the rows that a binary COPY reads.

They are made while the document is still being read, window by window, and what is more than some megabytes waits on disk:
so a document of ten thousand pages takes no more memory than one of a hundred, and is still swapped in at once.
"""

import struct
from array import array
from collections.abc import Iterable, Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any

import orjson

from assistants.knowledge.passages import Paragraph, PassageDraft
from assistants.knowledge.terms import size_of, sparse_terms
from assistants.knowledge.warnings import Noted, Oddities
from assistants.knowledge.words import said_and_named, words_of
from kernel.ids import new_public_ids
from kernel.text import search_terms

WINDOW = 128  # passages that become rows together
IN_MEMORY = 4 * 1024 * 1024  # bytes of rows, before they go to disk
AT_ONCE = 256 * 1024
# A row of a binary COPY: the number of its columns, and each with its length before it.
_LENGTH = struct.Struct(">i")
_INT = struct.Struct(">ii")
_FIRST = struct.Struct(">hi")
_PAGE = struct.Struct(">hiii")
_SPAN = struct.Struct(">iiiiii")
_NONE = _LENGTH.pack(-1)
_JSON = b"\x01"  # the version of jsonb's binary form
PASSAGE_COLUMNS = 15  # words in both forms, of which a shelf has one, and a vector come last


class Contents:
    """Pages and passages, with the words of each for the index. A context manager: leaving it drops the rows.

    Attributes:
        passages: how many there are.
        tokens: of all of them.
        characters: of the document's text.
        pages: how many it has, where its format has any.
        warnings: what is odd about it, as `assistants.knowledge.warnings` finds it.
    """

    def __init__(self, title: str) -> None:
        self.passages = self.tokens = self.characters = 0
        self.pages: int | None = None
        self.warnings: list[dict[str, Any]] = []
        self._title = search_terms(title)
        self._oddities = Oddities()
        self._waiting: list[PassageDraft] = []
        self._page: list[Paragraph] = []
        self._rows = SpooledTemporaryFile[bytes](IN_MEMORY)
        self._sizes = array("I")
        # As a set's own shelf has them: most sets are on the shared one, and these are not read again.
        self._words = SpooledTemporaryFile[bytes](IN_MEMORY)
        self._heads, self._words_sizes = array("I"), array("I")
        self._pages = SpooledTemporaryFile[bytes](IN_MEMORY)

    def __enter__(self) -> "Contents":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._rows.close()
        self._words.close()
        self._pages.close()

    def through(self, paragraphs: Iterable[Paragraph]) -> Iterator[Paragraph]:
        """Take paragraphs, and hand them on to whoever cuts them."""
        page = self._page
        for paragraph in paragraphs:
            if page and page[0].section != paragraph.section:
                self._end_page()
            page.append(paragraph)
            self._oddities.add(paragraph)
            self.characters = paragraph.start + len(paragraph.text)
            yield paragraph

    def add(self, passage: PassageDraft) -> None:
        """Take one more passage, in order. Needs no open transaction: words are made before one begins."""
        self._waiting.append(passage)
        if len(self._waiting) == WINDOW:
            self._write()

    def complete(
        self, pages: int | None, notes: Iterable[Noted] = (), *, known: Iterable[Noted] = ()
    ) -> None:
        """Say that nothing more comes.

        Args:
            pages: how many the document has, if any. notes: what its parser noted.
            known: warnings that take the place of what would be found.
        """
        self._end_page()
        self._write()
        self.pages = pages
        self.warnings = [dict(one) for one in known] or self._oddities.found(pages, notes)

    def passage_rows(self, vectors: Iterator[bytes], *, shared: bool) -> Iterator[bytes]:
        """All passages as rows of `PASSAGE_COLUMNS` columns, some hundred kilobytes at a time.

        Args:
            vectors: those of the first passages, as `halfvec` in binary.
            shared: whether their set is on the shared shelf.
        """
        self._rows.seek(0)
        self._words.seek(0)
        gathered, size = [], 0
        for length, head, words in zip(self._sizes, self._heads, self._words_sizes, strict=True):
            row = self._rows.read(length)
            if not shared:
                row = row[:head] + _NONE + _NONE + self._words.read(words)
            vector = next(vectors, None)
            end = _NONE if vector is None else _LENGTH.pack(len(vector)) + vector
            gathered += [row, end]
            size += len(row) + len(end)
            if size >= AT_ONCE:
                yield b"".join(gathered)
                gathered, size = [], 0
        yield b"".join(gathered)

    def page_rows(self) -> Iterator[bytes]:
        """All pages as rows of a number, paragraphs and boxes, some hundred kilobytes at a time."""
        self._pages.seek(0)
        while chunk := self._pages.read(AT_ONCE):
            yield chunk

    def _write(self) -> None:
        passages, self._waiting = self._waiting, []
        if not passages:
            return
        ids = new_public_ids("psg_", len(passages))
        words = words_of([said_and_named(one.text, one.heading, self._title) for one in passages])
        rows, kept = list[bytes](), list[bytes]()
        for passage, public_id, said, terms in zip(passages, ids, words, sparse_terms(words), strict=True):
            head = _passage_row(passage, public_id.encode())
            row = b"".join((head, _INT.pack(4, size_of(said)), _LENGTH.pack(len(terms)), terms, _NONE))
            rows.append(row)
            kept += (_LENGTH.pack(len(said)), said)
            self._sizes.append(len(row))
            self._heads.append(len(head))
            self._words_sizes.append(_LENGTH.size + len(said))
            self.tokens += passage.tokens
        self._rows.write(b"".join(rows))
        self._words.write(b"".join(kept))
        self.passages += len(passages)

    def _end_page(self) -> None:
        if not self._page:
            return
        rows = [(p.number, p.start, p.end, p.heading or None, p.text, p.kind) for p in self._page]
        boxes = [p.box for p in self._page]
        paragraphs = orjson.dumps(rows)
        places = orjson.dumps(boxes) if any(boxes) else b"[]"
        self._pages.write(
            _PAGE.pack(3, 4, self._page[0].section, len(paragraphs) + 1)
            + _JSON
            + paragraphs
            + _LENGTH.pack(len(places) + 1)
            + _JSON
            + places
        )
        self._page.clear()


def _passage_row(p: PassageDraft, public_id: bytes) -> bytes:
    """The columns of `storing`'s table of incoming passages, in its order, up to the words."""
    text, heading, kind = p.text.encode(), p.heading.encode(), p.kind.encode()
    return b"".join(
        (
            _FIRST.pack(PASSAGE_COLUMNS, len(public_id)),
            public_id,
            _INT.pack(4, p.ordinal),
            _LENGTH.pack(len(text)),
            text,
            _INT.pack(4, p.section),
            _NONE if p.page is None else _INT.pack(4, p.page),
            _INT.pack(4, p.paragraph),
            _LENGTH.pack(len(heading)),
            heading,
            _SPAN.pack(4, p.start, 4, p.end, 4, p.tokens),
            _LENGTH.pack(len(kind)),
            kind,
        )
    )
