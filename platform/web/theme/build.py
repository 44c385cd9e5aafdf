"""Build `static/web/bottega.css` from the theme and the classes that all rooms use.

Run by `make css` as `python platform/web/theme/build.py`; `--icons` renews the icon set too, `--watch` keeps building.
"""

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from web.theme.vendoring import WEB, fetch_daisyui, vendor_icons

SOURCE = WEB / "theme" / "theme.css"
OUTPUT = WEB / "static" / "web" / "bottega.css"


def main(arguments: list[str]) -> int:
    """Build once, or until stopped with `--watch`."""
    fetch_daisyui()
    if "--icons" in arguments:
        vendor_icons()
    command = [
        str(Path(sys.executable).parent / "tailwindcss"),
        "-i",
        str(SOURCE),
        "-o",
        str(OUTPUT),
        "--minify",
    ]
    return subprocess.run(
        [*command, *(["--watch"] if "--watch" in arguments else [])], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
