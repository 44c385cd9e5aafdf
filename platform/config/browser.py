"""Find a Chromium for the browser journeys, or install Debian's where that is possible: `python -m config.browser`."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PACKAGES = ("chromium", "fonts-noto-cjk")
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


def install_browser() -> None:
    """Install Debian's package, with fonts that know Chinese, where we are root and apt is there."""
    if os.geteuid() or not shutil.which("apt-get"):
        return
    print("Installing Chromium for the browser journeys (once)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-qq", "-y", "--no-install-recommends", "-o", "Dpkg::Use-Pty=0"]
    for command in (["apt-get", "-qq", "update"], ["apt-get", "install", *options, *PACKAGES]):
        subprocess.run(command, env=quiet, stdout=subprocess.DEVNULL, check=False)


def main() -> int:
    """Make sure of a browser; a missing one is a failure only in continuous integration."""
    if not find_browser():
        install_browser()
    if find_browser():
        return 0
    print(MISSING, file=sys.stderr)
    return 1 if os.environ.get("CI") == "true" else 0


if __name__ == "__main__":
    sys.exit(main())
