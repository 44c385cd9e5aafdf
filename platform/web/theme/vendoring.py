"""Fetch the design system's outside parts through npm's client: they are needed to build, not to run."""

import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

WEB = Path(__file__).resolve().parents[1]
DAISYUI = "daisyui@5.8.1"
LUCIDE = "lucide-static@1.62.0"
DAISYUI_FOLDER = WEB / "theme" / "vendor" / "daisyui"
ICON_NAMES = WEB / "icons" / "names.txt"
ICON_SET = WEB / "icons" / "lucide.json"


def fetch_daisyui() -> None:
    """Unpack daisyUI beside the theme, unless this version is there already."""
    package = DAISYUI_FOLDER / "package.json"
    if package.exists() and json.loads(package.read_text())["version"] == DAISYUI.split("@")[1]:
        return
    _unpack(DAISYUI, DAISYUI_FOLDER)


def vendor_icons() -> None:
    """Rewrite the icon set from the names listed in `icons/names.txt`."""
    with tempfile.TemporaryDirectory() as folder:
        _unpack(LUCIDE, Path(folder))
        icons = {name: _inner(Path(folder) / "icons" / f"{name}.svg") for name in _names()}
        (WEB / "icons" / "LICENSE.txt").write_text((Path(folder) / "LICENSE").read_text())
    ICON_SET.write_text(json.dumps(icons, indent=0, sort_keys=True) + "\n")


def _names() -> list[str]:
    return sorted(set(ICON_NAMES.read_text().split()))


def _inner(path: Path) -> str:
    found = re.search(r"<svg[^>]*>(.*)</svg>", path.read_text(), re.DOTALL)
    assert found, path
    return re.sub(r"\s+", " ", found[1]).replace(" />", "/>").replace("> <", "><").strip()


def _unpack(package: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as download:
        subprocess.run(
            ["npm", "pack", "--silent", package], cwd=download, check=True, stdout=subprocess.DEVNULL
        )
        [archive] = Path(download).glob("*.tgz")
        folder.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as tar:
            for member in tar.getmembers():
                member.name = member.name.removeprefix("package/")
            tar.extractall(folder, filter="data")
