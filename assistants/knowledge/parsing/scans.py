"""Pages of a PDF that are pictures: which ones those are, and reading them."""

import ctypes
from collections.abc import Sequence
from typing import Any

import pypdfium2.raw as pdfium

from assistants.knowledge.parsing.blocks import Block, Listener
from assistants.knowledge.parsing.ocr import (
    DOTS_AN_INCH,
    LONGEST_SIDE,
    MAX_PIXELS,
    PAGE_SECONDS,
    Picture,
    recogniser,
)

MAX_RECOGNISED = 300  # pages of one file: at some seconds each that is what a task has time for
CLEAR = 70.0  # confidence below which a page is called unclear
FEW_CHARACTERS = 100  # that a scanner's or an archive's stamp adds to the picture of a page
LARGE = 0.5  # of the page
OUTLINES = 200  # drawn shapes on a page without text: letters that were turned into outlines
_POINTS_AN_INCH = 72


class Scans:
    """Reads pages that are pictures, and says at the end how that went.

    Attributes:
        able: whether there is text recognition.
        unread: how many pages there were that could not be read.
    """

    def __init__(self, listener: Listener) -> None:
        self.able = recogniser() is not None
        self.unread = 0
        self._listener = listener
        self._read = self._unclear = 0

    def read(self, page: Any, number: int) -> Sequence[Block]:
        """The paragraphs of a PDF's page."""
        if not self.able or self._read >= MAX_RECOGNISED:
            return self.missed()
        return self.recognise(_drawn(page), number)

    def recognise(self, picture: Picture, number: int) -> Sequence[Block]:
        """The paragraphs of a picture."""
        self._listener.longer(PAGE_SECONDS)
        helper = recogniser()
        found = helper.read(picture, number) if helper else None
        if found is None:
            return self.missed()
        self._read += 1
        self._unclear += found.confidence < CLEAR
        return found.blocks

    def missed(self) -> Sequence[Block]:
        """Note a page that is not read."""
        self.unread += 1
        return ()

    def tell(self) -> None:
        """Tell the listener how many pages were recognised, were unclear, and were not read."""
        figures = {
            "pages_recognised": self._read,
            "pages_unclear": self._unclear,
            "pages_unread": self.unread,
        }
        for code, pages in figures.items():
            if pages:
                self._listener.note(code, pages=pages)


def is_scan(page: Any, characters: int) -> bool:
    """Whether a page, as pdfium itself hands it out, with so many characters of text is a picture of its text."""
    if characters >= FEW_CHARACTERS:
        return False
    objects = pdfium.FPDFPage_CountObjects(page)
    kinds = [
        pdfium.FPDFPageObj_GetType(pdfium.FPDFPage_GetObject(page, i)) for i in range(min(objects, 1000))
    ]
    if characters:
        images = (index for index, kind in enumerate(kinds) if kind == pdfium.FPDF_PAGEOBJ_IMAGE)
        return any(_is_large(page, index) for index in images)
    if pdfium.FPDF_PAGEOBJ_IMAGE in kinds or kinds.count(pdfium.FPDF_PAGEOBJ_PATH) >= OUTLINES:
        return True
    return any(_is_large(page, index) for index in range(len(kinds)))


def _is_large(page: Any, index: int) -> bool:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    thing = pdfium.FPDFPage_GetObject(page, index)
    if not pdfium.FPDFPageObj_GetBounds(thing, left, bottom, right, top):
        return False
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
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
