"""Whether text recognition is installed on this machine, and in which languages it reads."""

import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache

from django.conf import settings

# Formats in which pages are recognised.
RECOGNISED = frozenset({"pdf", "png", "jpg", "webp", "tiff"})
# Each further language costs time with every page, so the first few of these are taken that are installed.
PREFERRED = (
    "eng",
    "chi_sim",
    "deu",
    "fra",
    "spa",
    "chi_tra",
    "jpn",
    "kor",
    "por",
    "ita",
    "nld",
    "rus",
    "ara",
    "hin",
)
MOST_LANGUAGES = 4
_SECONDS = 10


def recognition_here() -> tuple[str, str] | None:
    """Tesseract's path and its languages joined by `+`; None where it is missing, has no language, or is switched off."""
    return _looked_up(settings.TESSERACT, settings.OCR_LANGUAGES)


@lru_cache(maxsize=8)
def _looked_up(name: str, wanted: str) -> tuple[str, str] | None:
    program = shutil.which(name) if name else None
    if program is None:
        return None
    languages = chosen(_installed(program), wanted)
    return (program, languages) if languages else None


def chosen(installed: Sequence[str], wanted: str) -> str:
    """The languages to read in, joined by `+`.

    Args:
        installed: what Tesseract lists.
        wanted: what the operator asks for, joined by `+`; empty to choose.
    """
    if wanted:
        return "+".join(language for language in wanted.split("+") if language in installed)
    return "+".join([language for language in PREFERRED if language in installed][:MOST_LANGUAGES])


def _installed(program: str) -> list[str]:
    try:
        listed = subprocess.run(
            [program, "--list-langs"], capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return listed.stdout.split("\n")[1:]
