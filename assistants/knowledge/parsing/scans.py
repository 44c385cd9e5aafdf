"""Pages of a PDF that are pictures: which ones those are, and reading them."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

import pypdfium2.raw as pdfium

from assistants.knowledge.parsing.blocks import Block
from assistants.knowledge.parsing.ocr import DOTS_AN_INCH, LONGEST_SIDE, MAX_PIXELS, Picture, Recogniser

MAX_RECOGNISED = 300  # pages of one file: at some seconds each that is what a task has time for
FEW_CHARACTERS = 100  # that a scanner's or an archive's stamp adds to the picture of a page
LARGE = 0.5  # of the page
OUTLINES = 200  # drawn shapes on a page without text: letters that were turned into outlines
_POINTS_AN_INCH = 72


class Scans:
    """Reads pages that are pictures.

    Attributes:
        unread: how many there were that could not be read.
    """

    def __init__(
        self,
        recogniser: Recogniser | None = None,
        *,
        note: Callable[[int, float | None], None] = lambda page, confidence: None,
    ) -> None:
        """Args:
        recogniser: None where there is no text recognition.
        note: is told each page with its confidence, or None for one that could not be read.
        """
        self.unread = 0
        self._recogniser, self._note, self._read = recogniser, note, 0

    def read(self, page: Any, number: int) -> Sequence[Block]:
        """The paragraphs of a PDF's page."""
        if self._recogniser is None or self._read >= MAX_RECOGNISED:
            return self._missed(number)
        return self.recognise(_drawn(page), number)

    def recognise(self, picture: Picture, number: int) -> Sequence[Block]:
        """The paragraphs of a picture."""
        found = self._recogniser.read(picture, number) if self._recogniser else None
        if found is None:
            return self._missed(number)
        self._read += 1
        self._note(number, found.confidence)
        return found.blocks

    def _missed(self, number: int) -> Sequence[Block]:
        self.unread += 1
        self._note(number, None)
        return ()


def is_scan(page: Any, characters: int) -> bool:
    """Whether a page with so many characters of text is a picture of its text."""
    if characters >= FEW_CHARACTERS:
        return False
    objects = pdfium.FPDFPage_CountObjects(page.raw)
    kinds = [
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page.raw, i)) for i in range(min(objects, 1000))
    ]
    if characters:
        images = (index for index, kind in enumerate(kinds) if kind == pdfium.FPDF_PAGEOBJ_IMAGE)
        return any(_is_large(page, index) for index in images)
    if pdfium.FPDF_PAGEOBJ_IMAGE in kinds or kinds.count(pdfium.FPDF_PAGEOBJ_PATH) >= OUTLINES:
        return True
    return any(_is_large(page, index) for index in range(len(kinds)))


def _is_large(page: Any, index: int) -> bool:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    thing = pdfium.FPDFPage_GetObject(page.raw, index)
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return False
    width, height = page.get_size()
    area = abs((right.value - left.value) * (top.value - bottom.value))
    return bool(area >= LARGE * width * height)


def _drawn(page: Any) -> Picture:
    width, height = page.get_size()
    scale = DOTS_AN_INCH / _POINTS_AN_INCH
    scale = min(scale, LONGEST_SIDE / max(width, height, 1), (MAX_PIXELS / max(width * height, 1)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        data, stride = bytes(bitmap.buffer), bitmap.stride
        if stride != bitmap.width:
            rows = (data[at : at + bitmap.width] for at in range(0, stride * bitmap.height, stride))
            data = b"".join(rows)
        return Picture(bitmap.width, bitmap.height, data)
    finally:
        bitmap.close()
