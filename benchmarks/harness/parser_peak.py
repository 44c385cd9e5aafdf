"""The most memory that a parser holds while it reads a file: `python -m harness.parser_peak FORMAT FILE`, in bytes.

It is the kernel's own high-water mark of that process (VmHWM), told by whoever buries it.
"""

import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from assistants.knowledge.parsing.runner import Parsing  # noqa: E402 - after the settings


def main(format_: str, file: str) -> None:
    """Read the file and print the figure."""
    parsing = Parsing(Path(file), format=format_)
    for _ in parsing:
        pass
    print(parsing.peak)


if __name__ == "__main__":
    main(*sys.argv[1:])
