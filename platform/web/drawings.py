"""Small drawings for empty and error states, in the palette of the charts."""

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

PAPER = 'fill="var(--color-base-100)"'
DRAWINGS = {
    "door": '<path class="c3" d="M34 72V34a22 22 0 0 1 44 0V72Z"/>'
    f'<path {PAPER} d="M42 72V36a14 14 0 0 1 28 0V72Z"/>'
    f'<path class="c1" d="M70 72V36A14 14 0 0 0 62 23L90 34V78Z"/><circle cx="76" cy="54" r="2" {PAPER}/>',
    "jar": '<path class="c2" d="M38 26H74V62a10 10 0 0 1-10 10H48a10 10 0 0 1-10-10Z"/>'
    '<path class="c3" d="M38 64H74A10 10 0 0 1 64 72H48A10 10 0 0 1 38 64Z"/><path class="c4" d="M34 18H78V26H34Z"/>',
    "plug": '<path class="c4" d="M20 40a14 14 0 0 1 14-14H48V54H34A14 14 0 0 1 20 40Z"/>'
    '<path class="c3" d="M48 31H56V35H48ZM48 45H56V49H48Z"/><path class="c1" d="M92 40A14 14 0 0 1 78 54H66V26H78A14 14 0 0 1 92 40Z"/>',
    "page": '<path class="c3" d="M36 10H66L78 22V72H36Z"/><path class="c1" d="M66 10V22H78Z"/>'
    f'<path {PAPER} d="M44 32H70V35H44ZM44 41H62V44H44ZM44 50H68V53H44Z"/>',
    "people": '<path class="c2" d="M24 72A20 20 0 0 1 64 72Z"/><path class="c1" d="M56 72V44A16 16 0 0 1 88 44V72Z"/>'
    '<path class="c3" d="M40 34A10 10 0 1 0 40 33Z"/>',
    "bench": '<path class="c3" d="M16 40H96V48H16Z"/><path class="c5" d="M24 48H32V72H24ZM80 48H88V72H80Z"/>'
    '<path class="c1" d="M30 40V22a8 8 0 0 1 16 0V40Z"/><path class="c4" d="M54 40V28H70V40Z"/><path class="c2" d="M74 40a9 9 0 0 1 18 0Z"/>',
    "shelf": '<path class="c5" d="M16 66H96V72H16Z"/><path class="c1" d="M24 30H36V66H24Z"/><path class="c4" d="M38 22H48V66H38Z"/>'
    '<path class="c2" d="M50 36H62V66H50Z"/><path class="c3" d="M66 66L76 26 86 28.5 76 68Z"/>'
    f'<path {PAPER} d="M27 38H33V41H27ZM41 30H45V33H41ZM53 44H59V47H53Z"/>',
    "glass": '<path class="c5" d="M68 56L74 50 92 68 86 74Z"/><circle class="c4" cx="54" cy="36" r="26"/>'
    f'<circle {PAPER} cx="54" cy="36" r="18"/><path class="c3" d="M42 36A12 12 0 0 1 54 24V30A6 6 0 0 0 48 36Z"/>',
    "lock": '<path class="c4" d="M36 36V30a20 20 0 0 1 40 0V36H68V30a12 12 0 0 0-24 0V36Z"/>'
    f'<path class="c1" d="M28 36H84V72H28Z"/><circle {PAPER} cx="56" cy="50" r="5"/><path {PAPER} d="M54 52H58V62H54Z"/>',
    "letter": f'<path class="c3" d="M22 22H90V70H22Z"/><path class="c1" d="M22 22H90L56 50Z"/><circle class="c2" cx="86" cy="24" r="10"/>'
    f'<path {PAPER} d="M84 19H88V29H84Z"/>',
    "key": '<circle class="c3" cx="38" cy="42" r="18"/>'
    f'<circle {PAPER} cx="38" cy="42" r="7"/><path class="c1" d="M54 38H96V46H90V56H82V46H76V52H68V46H54Z"/>',
    "tools": '<path class="c3" d="M50 30H62V72H50Z"/><path class="c1" d="M30 14H72A14 14 0 0 1 86 28V32H30Z"/>'
    '<path class="c4" d="M88 40A16 16 0 0 1 88 72Z"/><path class="c2" d="M24 72A14 14 0 0 1 24 44Z"/>',
    "hourglass": '<path class="c4" d="M34 10H78V16H34ZM34 66H78V72H34Z"/><path class="c3" d="M38 16H74C74 32 60 36 60 41S74 50 74 66H38C38 50 52 46 52 41S38 32 38 16Z"/>'
    '<path class="c1" d="M46 60A10 8 0 0 1 66 60V66H46Z"/>',
}


class UnknownDrawing(LookupError):
    """There is no drawing of this name."""


def drawing(name: str) -> SafeString:
    """Return one drawing as SVG; it is decoration, the words beside it say what happened.

    Raises:
        UnknownDrawing: there is none of this name.
    """
    if name not in DRAWINGS:
        raise UnknownDrawing(name)
    ground = mark_safe('<path class="c5" opacity=".25" d="M8 72H104V74H8Z"/>')
    return format_html(
        '<svg class="w-28 h-20" viewBox="0 0 112 80" aria-hidden="true">{}{}</svg>',
        ground,
        mark_safe(DRAWINGS[name]),
    )
