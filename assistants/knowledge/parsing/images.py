"""Pictures with text in them: photographs of pages, screenshots, and TIFF files of several pages."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed
from assistants.knowledge.parsing.ocr import LONGEST_SIDE, MAX_PIXELS, Picture
from assistants.knowledge.parsing.scans import MAX_RECOGNISED, Scans

MOST_PIXELS = 60_000_000  # of a picture that is decoded at all: a camera's are below
KINDS = ("PNG", "JPEG", "WEBP", "TIFF")
READABLE_SIDE = 2_000  # a screenshot's letters are a third of the size that recognition wants
MOST_ENLARGED = 3


def parse_image(file: Path | IO[bytes], listener: Listener) -> Iterator[Block]:
    """The paragraphs of each of its pages, with their boxes; most kinds have one page.

    Raises:
        ParsingFailed: broken, of too many pixels, without text, or there is nothing that recognises it.
    """
    scans, found = Scans(listener), 0
    picture = opened_image(file)
    pages = min(getattr(picture, "n_frames", 1), MAX_RECOGNISED) if picture.format == "TIFF" else 1
    for number in range(1, pages + 1):
        blocks = scans.recognise(_grey(frame_of(picture, number)), number) if scans.able else scans.missed()
        found += len(blocks)
        yield from blocks
        listener.progress(number, pages)
    if not found:
        raise ParsingFailed("needs_ocr" if scans.unread else "empty")
    scans.tell()


def opened_image(file: Path | IO[bytes]) -> Any:
    """A picture whose head is read and whose points are not.

    Raises:
        ParsingFailed: it is none of the kinds that are read, or has too many points.
    """
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below
        try:
            picture = Image.open(file, formats=KINDS)
        except Image.DecompressionBombError:
            raise ParsingFailed("picture_too_large") from None
        except MemoryError:
            raise
        except Exception:
            # Pillow raises UnidentifiedImageError, SyntaxError, struct.error, OSError … for broken files.
            raise ParsingFailed("corrupt") from None
    _check_size(picture)
    return picture


def frame_of(picture: Any, number: int) -> Any:
    """One page of a picture, upright, its points decoded.

    Raises:
        ParsingFailed: it has no such page, or that one is broken or too large.
    """
    from PIL import ImageOps

    try:
        if number > 1:
            picture.seek(number - 1)
        _check_size(picture)
        if picture.format == "JPEG":
            picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        return ImageOps.exif_transpose(picture)
    except (ParsingFailed, MemoryError):
        raise
    except Exception:
        raise ParsingFailed("corrupt") from None


def _check_size(picture: Any) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise ParsingFailed("picture_too_large")


def _grey(picture: Any) -> Picture:
    from PIL import Image

    try:
        if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
            paper = Image.new("RGBA", picture.size, "white")  # what shows through is white, as on a page
            picture = Image.alpha_composite(paper, picture.convert("RGBA"))
        grey = picture.convert("L")
    except OSError:
        raise ParsingFailed("corrupt") from None
    width, height = grey.size
    scale = min(
        max(1.0, min(MOST_ENLARGED, READABLE_SIDE / max(width, height))),
        LONGEST_SIDE / max(width, height),
        (MAX_PIXELS / (width * height)) ** 0.5,
    )
    if scale != 1.0:
        grey = grey.resize(
            (max(1, round(width * scale)), max(1, round(height * scale))), Image.Resampling.LANCZOS
        )
    return Picture(grey.width, grey.height, grey.tobytes())
