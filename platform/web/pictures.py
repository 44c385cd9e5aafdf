"""Intarsia: a distinctive picture for an assistant, drawn from a seed and nothing else.

The same seed gives the same SVG for ever; changing the recipe means a new RECIPE name.
"""

from functools import lru_cache
from hashlib import sha256

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

RECIPE = "intarsia/1"

PIGMENTS = [  # ground, two inks, a spark
    ("#F1E0C6", "#C8492B", "#2B211C", "#D9A441"),
    ("#2F4E8C", "#F5EBDC", "#A9C1DB", "#E3A13E"),
    ("#3F8577", "#F5EBDC", "#1F3B37", "#E8B04A"),
    ("#EBCDC1", "#6B3450", "#C8492B", "#FBF3E9"),
    ("#2B211C", "#E8D9C3", "#C8492B", "#A08B76"),
    ("#D9A441", "#2B211C", "#FBF3E9", "#C8492B"),
    ("#CBD8C5", "#2F5D50", "#FBF3E9", "#D9805F"),
    ("#C3D3E4", "#2F4E8C", "#F5EBDC", "#C8492B"),
    ("#6B3450", "#E3B5A8", "#F5EBDC", "#D9A441"),
    ("#C8492B", "#F5EBDC", "#2B211C", "#F0B58F"),
    ("#6E6B32", "#EFE3C6", "#2E2C14", "#D98A4B"),
    ("#EDE3D3", "#56606B", "#2B211C", "#D9805F"),
]

# Each tile is a path in a 12 x 12 box, drawn pointing to the top left corner.
TILES = [
    "M0 0H12A12 12 0 0 1 0 12Z",  # quarter disc
    "M0 0H12L0 12Z",  # triangle
    "M0 0A12 12 0 0 1 12 12A12 12 0 0 1 0 0Z",  # leaf
    "M0 0H12A6 6 0 0 1 0 0Z",  # half disc
    "M0 0H12V6A6 6 0 0 0 0 6Z",  # arch
    "M0 0H6V12H0Z",  # stave
]
CENTRES = [
    "M6 0A6 6 0 1 1 6 12A6 6 0 1 1 6 0Z",  # disc
    "M6 0L12 6L6 12L0 6Z",  # diamond
    "M6 0Q7 5 12 6Q7 7 6 12Q5 7 0 6Q5 5 6 0Z",  # star
]


MOSAIC_INKS = ("#D9805F", "#E8D9C3", "#2F4E8C", "#EBCDC1", "#C8492B", "#3F8577", "#6B3450", "#D9A441")


@lru_cache(maxsize=4096)
def intarsia(seed: str, css_class: str = "art", label: str = "") -> SafeString:
    """Return the SVG picture that belongs to `seed`.

    Args:
        seed: usually a public id or the seed stored with a publication; any text.
        css_class: classes of the SVG; `art` gives it its rounded frame.
        label: what it says to screen readers; without one it is decoration, as beside a name.
    """
    digest = sha256(f"{RECIPE}:{seed}".encode()).digest()
    ground, ink, second, spark = PIGMENTS[digest[0] % len(PIGMENTS)]
    draw = _pinwheel if digest[1] % 2 else _rosette
    role = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(
        f'<svg class="{escape(css_class)}" viewBox="0 0 48 48" {role}>'
        f'<path fill="{ground}" d="M0 0H48V48H0Z"/>{draw(digest, ink, second, spark)}</svg>'
    )


@lru_cache(maxsize=64)
def mosaic(seed: str, columns: int = 7, rows: int = 9, css_class: str = "h-full w-full") -> SafeString:
    """Return a field of tiles for large decorated areas: sign-in, featured listings, the social card.

    Args:
        seed: any text; the same seed gives the same field for ever.
        columns, rows: its size in tiles of 12 units; the picture fills its box and is cut, never stretched.
    """
    tiles = "".join(_mosaic_tile(seed, x, y) for y in range(rows) for x in range(columns))
    return mark_safe(
        f'<svg class="{escape(css_class)}" viewBox="0 0 {columns * 12} {rows * 12}" '
        f'preserveAspectRatio="xMidYMin slice" aria-hidden="true">{tiles}</svg>'
    )


def _mosaic_tile(seed: str, x: int, y: int) -> str:
    digest = sha256(f"mosaic/1:{seed}:{x}:{y}".encode()).digest()
    if digest[0] < 36:  # one tile in seven stays empty, so that the field breathes
        return ""
    ink, shape = MOSAIC_INKS[digest[1] % len(MOSAIC_INKS)], TILES[digest[2] % 5]
    return f'<path fill="{ink}" transform="translate({x * 12} {y * 12}) rotate({digest[3] % 4 * 90} 6 6)" d="{shape}"/>'


def _pinwheel(d: bytes, ink: str, second: str, spark: str) -> str:
    """Two tiles, one inside the other, turned four times about the centre."""
    outer, inner = TILES[d[2] % len(TILES)], TILES[d[3] % len(TILES)]
    turn_outer, turn_inner = d[4] % 4 * 90, d[5] % 4 * 90
    inset = 3 if d[6] % 2 else 6
    return "".join(
        f'<g transform="rotate({q * 90} 24 24) scale(2)">'
        f'<path fill="{ink if q % 2 == 0 else second}" transform="rotate({turn_outer} 6 6)" d="{outer}"/>'
        f'<path fill="{spark}" transform="translate({inset} {inset}) scale(.5) rotate({turn_inner} 6 6)" d="{inner}"/></g>'
        for q in range(4)
    )


def _rosette(d: bytes, ink: str, second: str, spark: str) -> str:
    """A three by three field: corners and sides turned four times, a centre piece."""
    corner, side = TILES[d[2] % len(TILES)], TILES[d[3] % len(TILES)]
    centre = CENTRES[d[6] % len(CENTRES)]
    ring = "".join(
        f'<g transform="rotate({q * 90} 24 24) scale(1.3334)">'
        f'<path fill="{ink}" transform="rotate({d[4] % 4 * 90} 6 6)" d="{corner}"/>'
        f'<path fill="{second}" transform="translate(12) rotate({d[5] % 4 * 90} 6 6)" d="{side}"/></g>'
        for q in range(4)
    )
    return f'{ring}<path fill="{spark}" transform="translate(16 16) scale(1.3334)" d="{centre}"/>'
