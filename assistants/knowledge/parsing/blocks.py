"""What parsers make: blocks of text in reading order, each with its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass


class ParsingFailed(Exception):
    """A document could not be read; `code` says why, for people see `assistants.knowledge.failures`."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or a heading.

    Attributes:
        page: from 1; None where the format has no pages.
        level: 0 for a paragraph, 1 to 6 for a heading.
    """

    text: str
    page: int | None = None
    level: int = 0


def cleaned(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks without NULs, lone surrogates and surrounding space; empty ones are left out."""
    for block in blocks:
        text = block.text.replace("\x00", "").encode("utf-8", "ignore").decode().strip()
        if text:
            yield Block(text, block.page, block.level)
