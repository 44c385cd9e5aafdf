"""Programs that tests drive and no wheel brings: a Chromium for the browser journeys, Tesseract for scans.

`python -m config.programs` installs Debian's where that is possible.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
BROWSER = ("chromium", "fonts-noto-cjk")
RECOGNITION = ("tesseract-ocr", "tesseract-ocr-chi-sim")
MISSING = (
    "No Chromium was found and none could be installed, so the browser journeys are skipped. Install chromium, or name "
    "one with CHROMIUM=/path/to/chromium."
)


def find_browser() -> str | None:
    """The path of a Chromium, if there is one: CHROMIUM, or a usual name or place."""
    if given := os.environ.get("CHROMIUM"):
        return given
    found = (shutil.which(name) for name in NAMES)
    return next((path for path in (*found, *filter(os.path.exists, PLACES)) if path), None)


def install(packages: Sequence[str]) -> None:
    """Install packages of Debian, the browser's with fonts that know Chinese, where we are root and apt is there."""
    if os.geteuid() or not shutil.which("apt-get"):
        return
    print(f"Installing {', '.join(packages)} for the tests (once)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-qq", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
    for command in (["apt-get", "-qq", "update"], ["apt-get", "install", *options, *packages]):
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)


def main() -> int:
    """Make sure of the programs; a missing browser is a failure in continuous integration, without Tesseract tests are skipped."""
    missing = [
        *(() if find_browser() else BROWSER),
        *(() if shutil.which("tesseract") else RECOGNITION),
    ]
    if missing:
        install(missing)
    if find_browser():
        return 0
    print(MISSING, file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
