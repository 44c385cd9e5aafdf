"""The picture that a link to an assistant is shown with elsewhere: its own picture and its name, as PNG."""

import io
import re
from functools import lru_cache
from hashlib import sha256
from math import atan2, cos, pi, radians, sin
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.contrib.staticfiles import finders
from django.core.cache import cache

from kernel.text import has_cjk
from web.pictures import intarsia

WIDTH, HEIGHT, PICTURE, EDGE = 1200, 630, 406, 112
PAPER, INK, SECOND, MARK = "#FBF8F3", "#2B211C", "#6B5F55", "#C8492B"
RECIPE = "social/1"
KEPT_SECONDS = 30 * 24 * 3600
NAME_SIZES = (84, 72, 60, 50)
LINES = 3
# Where systems keep fonts of Chinese, Japanese and Korean characters; too large to come along.
_CJK_FONTS = ("NotoSerifCJK-Bold.ttc", "NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc")
_FONT_FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
_STEP = re.compile(r"([MHVLAQZ])([^MHVLAQZ]*)")
_CALL = re.compile(r"(\w+)\(([^)]*)\)")

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
WHOLE: Matrix = (1, 0, 0, 1, 0, 0)


def social_picture(*, seed: str, name: str, creator: str) -> bytes:
    """The picture of a seed and two lines, made once and kept.

    Args:
        name, creator: left out where no font on this machine has their characters.
    """
    digest = sha256("\0".join((RECIPE, seed, name, creator)).encode()).hexdigest()[:32]
    made: bytes | None = cache.get(f"store:social:{digest}")
    if made is None:
        made = draw(seed, name, creator)
        cache.set(f"store:social:{digest}", made, KEPT_SECONDS)
    return made


def draw(seed: str, name: str, creator: str) -> bytes:
    """Draw it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    image.paste(picture_of(seed, PICTURE), (EDGE, (HEIGHT - PICTURE) // 2))
    pen = ImageDraw.Draw(image)
    left, room = EDGE + PICTURE + 64, WIDTH - EDGE - PICTURE - 64 - 72
    lines, font = _set(name, room)
    top = (HEIGHT - len(lines) * font.size * 1.15 - 60) / 2 if font else 0
    for number, line in enumerate(lines):
        pen.text((left, top + number * font.size * 1.15), line, font=font, fill=INK)
    below = top + len(lines) * (font.size * 1.15 if font else 0) + (40 if has_cjk(name) else 24)
    small = _font(creator, 32)
    if small:
        pen.text((left, below), _cut(creator, small, room), font=small, fill=SECOND)
    pen.rectangle((0, HEIGHT - 14, WIDTH, HEIGHT), fill=MARK)
    word = _font("Bottega", 30)
    if word:
        pen.text((left, HEIGHT - 78), "Bottega", font=word, fill=INK)
    target = io.BytesIO()
    image.quantize(128).save(target, "PNG", optimize=True)
    return target.getvalue()


def picture_of(seed: str, size: int) -> Any:
    """The picture of a seed in pixels: the drawing of `web.pictures`, filled twice as large and brought down."""
    from PIL import Image, ImageDraw

    large = size * 2
    image = Image.new("RGB", (large, large))
    pen = ImageDraw.Draw(image)
    scale = large / 48
    drawing = ElementTree.fromstring(str(intarsia(seed)))  # noqa: S314 - our own drawing
    _paint(pen, drawing, (scale, 0, 0, scale, 0, 0))
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _paint(pen: Any, element: ElementTree.Element, matrix: Matrix) -> None:
    matrix = _joined(matrix, _transform(element.get("transform", "")))
    if element.tag == "path":
        corners = [_moved(matrix, point) for point in outline(element.get("d", ""))]
        pen.polygon(corners, fill=element.get("fill"))
    for child in element:
        _paint(pen, child, matrix)


def _joined(a: Matrix, b: Matrix) -> Matrix:
    return (
        a[0] * b[0] + a[2] * b[1],
        a[1] * b[0] + a[3] * b[1],
        a[0] * b[2] + a[2] * b[3],
        a[1] * b[2] + a[3] * b[3],
        a[0] * b[4] + a[2] * b[5] + a[4],
        a[1] * b[4] + a[3] * b[5] + a[5],
    )


def _moved(m: Matrix, point: Point) -> Point:
    x, y = point
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _transform(text: str) -> Matrix:
    whole = WHOLE
    for name, arguments in _CALL.findall(text):
        numbers = [float(number) for number in arguments.replace(",", " ").split()]
        whole = _joined(whole, _one_transform(name, numbers))
    return whole


def _one_transform(name: str, numbers: list[float]) -> Matrix:
    if name == "translate":
        return (1, 0, 0, 1, numbers[0], numbers[1] if len(numbers) > 1 else 0)
    if name == "scale":
        return (numbers[0], 0, 0, numbers[-1], 0, 0)
    angle = radians(numbers[0])
    x, y = numbers[1:] if len(numbers) == 3 else (0.0, 0.0)
    turned: Matrix = (cos(angle), sin(angle), -sin(angle), cos(angle), 0, 0)
    return _joined(_joined((1, 0, 0, 1, x, y), turned), (1, 0, 0, 1, -x, -y))


def outline(path: str) -> list[Point]:
    """The corners of a path of straight lines, circular arcs and quadratic curves."""
    points: list[Point] = []
    x = y = 0.0
    for letter, arguments in _STEP.findall(path):
        numbers = [float(number) for number in arguments.replace(",", " ").split()]
        if letter in "ML":
            x, y = numbers
        elif letter == "H":
            x = numbers[0]
        elif letter == "V":
            y = numbers[0]
        elif letter == "A":
            for at in range(0, len(numbers), 7):
                radius, _ry, _turn, large, sweep, to_x, to_y = numbers[at : at + 7]
                points += _arc((x, y), (to_x, to_y), radius, bool(large), bool(sweep))
                x, y = to_x, to_y
        elif letter == "Q":
            for at in range(0, len(numbers), 4):
                points += _curve((x, y), (numbers[at], numbers[at + 1]), (numbers[at + 2], numbers[at + 3]))
                x, y = numbers[at + 2], numbers[at + 3]
        points.append((x, y))
    return points


def _curve(start: Point, bend: Point, end: Point, steps: int = 12) -> list[Point]:
    return [
        tuple(
            (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c
            for a, b, c in zip(start, bend, end, strict=True)
        )  # type: ignore[misc]
        for t in (step / steps for step in range(1, steps + 1))
    ]


def _arc(start: Point, end: Point, radius: float, large: bool, sweep: bool, steps: int = 24) -> list[Point]:
    """Points of a circle's arc; the centre by the SVG specification's appendix on arcs, for equal radii."""
    half_x, half_y = (end[0] - start[0]) / 2, (end[1] - start[1]) / 2
    half = (half_x**2 + half_y**2) ** 0.5
    radius = max(radius, half)
    away = (radius**2 - half**2) ** 0.5 / half * (-1 if large == sweep else 1)
    centre = (start[0] + half_x + away * half_y * -1, start[1] + half_y + away * half_x)
    first = _angle(centre, start)
    span = (_angle(centre, end) - first) % (2 * pi)
    if not sweep:
        span -= 2 * pi
    if not span:
        span = 2 * pi
    angles = (first + span * step / steps for step in range(1, steps + 1))
    return [(centre[0] + radius * cos(angle), centre[1] + radius * sin(angle)) for angle in angles]


def _angle(centre: Point, point: Point) -> float:
    return atan2(point[1] - centre[1], point[0] - centre[0])


def _set(text: str, room: int) -> tuple[list[str], Any]:
    """The largest type that sets a text in a few lines, and the lines."""
    for size in NAME_SIZES:
        font = _font(text, size)
        if font is None:
            return [], None
        lines = _lines(text, font, room)
        if len(lines) <= LINES:
            return lines, font
    return [*lines[: LINES - 1], _cut(" ".join(lines[LINES - 1 :]), font, room)], font


def _lines(text: str, font: Any, room: int) -> list[str]:
    lines = [""]
    between = "" if has_cjk(text) else " "
    for word in list(text) if has_cjk(text) else text.split():
        longer = f"{lines[-1]}{between}{word}".strip()
        if font.getlength(longer) <= room or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return [_cut(line, font, room) for line in lines]


def _cut(text: str, font: Any, room: int) -> str:
    while text and font.getlength(text) > room:
        text = text[:-2].rstrip() + "…" if len(text) > 2 else ""
    return text


@lru_cache(maxsize=32)
def _loaded(path: str, size: int) -> Any:
    from PIL import ImageFont

    return ImageFont.truetype(path, size)


def _font(text: str, size: int) -> Any:
    path = _cjk_font() if has_cjk(text) else finders.find("web/fonts/newsreader-latin-opsz-wght.woff2")
    return _loaded(str(path), size) if path else None


@lru_cache(maxsize=1)
def _cjk_font() -> Path | None:
    folders = [folder for folder in _FONT_FOLDERS if folder.is_dir()]
    return next((path for name in _CJK_FONTS for folder in folders for path in folder.rglob(name)), None)
