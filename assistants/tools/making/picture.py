"""A picture that a model made: looked at by its content and written anew. Runs in the confined program."""

import io
import warnings

MOST_PIXELS = 20_000_000
MOST_BYTES = 10 * 1024 * 1024
KINDS = ("PNG", "WEBP", "JPEG")
QUALITY = 92


class NotAPicture(ValueError):
    """It is none, a broken one, or has too many points."""


def picture_of(data: bytes) -> tuple[str, int, int, bytes]:
    """Ending, width, height and bytes of the picture: PNG, or WebP for what came with losses or would be too large.

    What else the file held (places, comments, a second file behind it) is gone.

    Raises:
        NotAPicture: see there.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is below
            picture = Image.open(io.BytesIO(data), formats=KINDS)
        if picture.width * picture.height > MOST_PIXELS:
            raise NotAPicture
        lossless = picture.format == "PNG"
        clean = picture.convert(
            "RGBA" if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info else "RGB"
        )
    except (NotAPicture, MemoryError):
        raise
    except Exception:
        # Pillow raises UnidentifiedImageError, SyntaxError, struct.error, OSError … for broken files.
        raise NotAPicture from None
    clean.info.clear()
    if lossless:
        written = _written(clean, "PNG")
        if len(written) <= MOST_BYTES:
            return "png", clean.width, clean.height, written
    return "webp", clean.width, clean.height, _written(clean, "WEBP")


def _written(picture: object, kind: str) -> bytes:
    target = io.BytesIO()
    options = {"quality": QUALITY, "method": 2} if kind == "WEBP" else {"compress_level": 6}
    picture.save(target, kind, **options)  # type: ignore[attr-defined]
    return target.getvalue()
