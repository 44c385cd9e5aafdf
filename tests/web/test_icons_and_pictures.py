"""Drawings that are made on the server."""

import re
from pathlib import Path

import pytest

from web import drawings, icons
from web.pictures import intarsia, mosaic

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [
    path
    for room in ("platform", "assistants", "store", "billing")
    for path in sorted((ROOT / room).glob("**/templates/**/*.html"))
]


def test_an_unknown_icon_is_refused() -> None:
    with pytest.raises(icons.UnknownIcon):
        icons.icon("no-such-icon")


def test_an_icon_is_decoration_unless_it_says_something() -> None:
    assert 'aria-hidden="true"' in icons.icon("search")
    assert 'role="img" aria-label="Find &amp; go"' in icons.icon("search", "", "Find & go")


def test_the_set_covers_the_names_it_lists() -> None:
    assert set(icons.icon_set()) == set((icons.FOLDER / "names.txt").read_text().split())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_icon_named_in_a_template_exists(path: Path) -> None:
    text = path.read_text()
    named = set(re.findall(r'<c-icon[^>]*?\sname="([a-z0-9-]+)"', text)) | set(
        re.findall(r'{% icon "([a-z0-9-]+)"', text)
    )
    named |= set(re.findall(r'<c-(?:button|chip|notice|pill|menu)[^>]*?\sicon="([a-z0-9-]+)"', text))
    assert named - set(icons.icon_set()) == set()


def test_the_same_seed_draws_the_same_picture() -> None:
    intarsia.cache_clear()
    first = intarsia("asst_1")
    intarsia.cache_clear()
    assert intarsia("asst_1") == first


def test_seeds_draw_different_pictures() -> None:
    assert len({intarsia(f"asst_{n}") for n in range(200)}) > 190


def test_a_seed_cannot_break_out_of_its_picture() -> None:
    assert "<script" not in intarsia("x", 'art"><script>', '"><script>')


def test_a_mosaic_fills_its_field() -> None:
    assert 'viewBox="0 0 84 108"' in mosaic("bottega")
    assert mosaic("bottega").count("<path") > 40


def test_an_unknown_drawing_is_refused() -> None:
    with pytest.raises(drawings.UnknownDrawing):
        drawings.drawing("nothing")
