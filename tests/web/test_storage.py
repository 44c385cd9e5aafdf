"""Names of static files."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.files.storage import FileSystemStorage

from web.storage import StaticStorage

ROOM = FileSystemStorage(location=str(Path(__file__).resolve().parents[2] / "platform" / "web" / "static"))


@pytest.fixture
def collected(tmp_path: Path) -> Path:
    storage = StaticStorage(location=str(tmp_path), base_url="/static/")
    paths = {}
    for name in _files(""):
        with ROOM.open(name) as source:
            storage.save(name, source)
        paths[name] = (storage, name)
    failed = [
        answer for _name, _hashed, answer in storage.post_process(paths) if isinstance(answer, Exception)
    ]
    assert failed == []
    return tmp_path


def _files(folder: str) -> list[str]:
    folders, files = ROOM.listdir(folder)
    inner = [name for child in folders for name in _files(f"{folder}/{child}".lstrip("/"))]
    return inner + [f"{folder}/{name}".lstrip("/") for name in files]


def test_a_script_imports_the_release_it_belongs_to(collected: Path) -> None:
    [app] = collected.glob("web/app.*.js")
    imported = re.findall(r'from "\./([^"]+)"', app.read_text())
    assert imported
    assert all((app.parent / name).exists() and re.search(r"\.[0-9a-f]{12}\.js$", name) for name in imported)


def test_scripts_of_others_stay_as_they_are(collected: Path) -> None:
    source = finders.find("web/vendor/htmx.min.js")
    [copy] = collected.glob("web/vendor/htmx.min.*.js")
    assert copy.read_bytes() == Path(str(source)).read_bytes()


def test_the_style_sheet_finds_its_fonts(collected: Path) -> None:
    [sheet] = collected.glob("web/bottega.*.css")
    fonts = re.findall(r"url\(\"?\.?/?(fonts/[^)\"]+)", sheet.read_text())
    assert len(fonts) == 3
    assert all((sheet.parent / font).exists() for font in fonts)
