"""Translations without gettext's programs: `python -m config.translations collect compile`."""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]


def compile_catalogues() -> None:
    """Compile every catalogue that is newer than its compiled form."""
    for source in sorted((ROOT / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            _compile(source, target)


def _compile(source: Path, target: Path) -> None:
    catalogue: Catalog = read_po(source.open("rb"))
    unfinished = target.with_suffix(".mo.new")
    with unfinished.open("wb") as output:
        write_mo(output, catalogue)
    unfinished.replace(target)


if __name__ == "__main__":
    compile_catalogues()
    sys.exit(0)
