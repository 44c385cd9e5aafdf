"""The process that draws one page: `python -m assistants.knowledge.rendering.worker FORMAT FILE PAGE WIDTH`.

Writes a WebP picture to standard output, and nothing where it cannot. Django is not loaded here, and the file is opened only
once network, programs, memory and time are given up.
"""

import io
import sys
from pathlib import Path
from typing import Any

from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.confinement import confine
from assistants.knowledge.parsing.images import frame_of, opened_image
from assistants.knowledge.parsing.pdf import opened
from assistants.knowledge.rendering import SECONDS

TALLEST = 3  # times its width: what is taller is drawn narrower
QUALITY = 80


def main() -> None:
    """Draw the page that the command line names."""
    from PIL import Image, WebPImagePlugin  # noqa: F401 - its native library is mapped before the limits

    format_, path, page, width = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    confine(cpu_seconds=SECONDS)
    try:
        drawn = _of_pdf(path, page, width) if format_ == "pdf" else _of_image(path, page, width)
    except (ParsingFailed, MemoryError):
        sys.exit(1)
    target = io.BytesIO()
    drawn.save(target, "WEBP", quality=QUALITY, method=2)
    sys.stdout.buffer.write(target.getvalue())


def _of_pdf(path: Path, number: int, width: int) -> Any:
    document = opened(path)
    if not 1 <= number <= len(document):
        raise ParsingFailed("corrupt")
    page = document[number - 1]
    across, down = page.get_size()
    return page.render(scale=_scale(across, down, width)).to_pil().convert("RGB")


def _of_image(path: Path, number: int, width: int) -> Any:
    picture = frame_of(opened_image(path), number)
    if picture.mode not in ("RGB", "L", "RGBA"):
        picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
    scale = min(1.0, _scale(picture.width, picture.height, width))
    return picture.resize((max(1, round(picture.width * scale)), max(1, round(picture.height * scale))))


def _scale(across: float, down: float, width: int) -> float:
    return min(width / max(across, 1), TALLEST * width / max(down, 1))


if __name__ == "__main__":
    main()
