"""What parsers make: blocks of text in reading order, each with its place."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class ParsingFailed(Exception):
    """A document could not be read; `code` says why, for people see `assistants.knowledge.failures`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class Block(NamedTuple):
    """A paragraph, a heading, a table, a row of a sheet or a piece of code.

    Attributes:
        page: from 1, a slide's or a sheet's number too; None where the format has nothing of the kind.
        level: 0 for what is read, 1 to 6 for a heading.
        kind: text, table, row, code or qa.
        number: its own number where it has one, such as a row's in its sheet; otherwise paragraphs are counted.
        box: left, top, right and bottom on the page, as parts of its width and height from the top left corner.
    """

    text: str
    page: int | None = None
    level: int = 0
    kind: str = "text"
    number: int | None = None
    box: tuple[float, float, float, float] | None = None


class Listener:
    """Is told how the reading of a file goes. This one keeps nothing of it."""

    def progress(self, done: int, total: int) -> None:
        """So many of the file's pages are read, or its slides, sheets or chapters."""

    def longer(self, seconds: int) -> None:
        """What comes next may take so many seconds beside those that a file of this size has."""

    def note(self, code: str, **figures: int) -> None:
        """Something is odd about the file, by a code of `assistants.knowledge.warnings` and figures."""


def cleaned(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks without NULs, lone surrogates and surrounding space; empty ones are left out.

    The first line of code keeps its indentation.
    """
    for block in blocks:
        text = block.text.replace("\x00", "")
        if not text.isascii():
            text = text.encode("utf-8", "ignore").decode()
        text = text.strip("\r\n").rstrip() if block.kind == "code" else text.strip()
        if text:
            yield block if text == block.text else block._replace(text=text)
