"""`platform/` is a source root, not a package: Python's standard library has that name."""

import platform
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_platform_is_the_standard_librarys() -> None:
    assert platform.__file__ is not None
    assert Path(platform.__file__).name == "platform.py"
    assert platform.python_version() == ".".join(map(str, sys.version_info[:3]))


def test_it_is_so_from_the_repository_root() -> None:
    said = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.system())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert said.stdout.strip() == platform.system()


def test_the_source_root_holds_no_file_of_its_own() -> None:
    assert [path.name for path in (ROOT / "platform").iterdir() if path.is_file()] == []


def test_it_holds_no_tests() -> None:
    found = [*(ROOT / "platform").rglob("test_*.py"), *(ROOT / "platform").rglob("conftest.py")]
    assert found == []


def test_every_test_folder_is_a_package() -> None:
    folders = {file.parent for file in (ROOT / "tests").rglob("*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []
