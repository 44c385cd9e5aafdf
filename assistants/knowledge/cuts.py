"""How a document was cut: the text of one of its pages, with the passages that it was cut into drawn over it.

All of it runs inside the open organisation's scope.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistants.knowledge.models import Document, DocumentPage, Passage
from assistants.knowledge.places import Box, Mark, mark_of


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a paragraph. `number` is the paragraph's where it begins here; `again` where the passage before has it too."""

    number: int | None
    text: str
    kind: str
    again: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A passage over its page. `marks` are where its paragraphs stand on the page's picture."""

    id: str
    number: int
    tokens: int
    kind: str
    label: str
    heading: str
    parts: tuple[Part, ...]
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Cut:
    """A page of a document, or a stretch of one without pages. `at` counts from 1; `before` and `after` are numbers."""

    number: int
    count: int
    before: int | None
    after: int | None
    bands: tuple[Band, ...]


def cut_of(document: Document, number: int) -> Cut | None:
    """The page with this number, or the next one that holds text; None where nothing has been read."""
    pages = DocumentPage.objects.for_organisation(document.organisation_id).filter(document=document)
    page = pages.filter(number__gte=number).order_by("number").first() or pages.order_by("-number").first()
    if page is None:
        return None
    numbers = pages.order_by("number").values_list("number", flat=True)
    last = pages.order_by("-number").values_list("number", flat=True)
    passages = Passage.objects.for_organisation(document.organisation_id)
    here = passages.filter(document=document, section=page.number).order_by("ordinal")
    return Cut(
        number=page.number,
        count=last[0],
        before=last.filter(number__lt=page.number).first(),
        after=numbers.filter(number__gt=page.number).first(),
        bands=tuple(bands_of(page.paragraphs, here, page.boxes)),
    )


def bands_of(
    paragraphs: Sequence[Sequence[object]], passages: Iterable[Passage], boxes: Sequence[Box | None] = ()
) -> Iterable[Band]:
    """Passages with the text that each of them holds.

    Args:
        paragraphs: as `DocumentPage.paragraphs` has them.
        passages: those of the same page, in their order.
        boxes: as `DocumentPage.boxes` has them.
    """
    reached = 0
    for passage in passages:
        parts = tuple(_parts(paragraphs, passage.start, passage.end, reached))
        reached = max(reached, passage.end)
        yield Band(
            id=passage.public_id,
            number=passage.ordinal + 1,
            tokens=passage.tokens,
            kind=passage.kind,
            label=str(passage.get_kind_display()),
            heading=passage.heading,
            parts=parts,
            marks=tuple(_marks(paragraphs, boxes, passage)),
        )


def _marks(
    paragraphs: Sequence[Sequence[object]], boxes: Sequence[Box | None], passage: Passage
) -> Iterable[Mark]:
    for (_number, first, last, *_rest), box in zip(paragraphs, boxes, strict=False):
        assert isinstance(first, int) and isinstance(last, int)
        if box and first < passage.end and passage.start < last:
            yield mark_of(box)


def _parts(paragraphs: Sequence[Sequence[object]], start: int, end: int, reached: int) -> Iterable[Part]:
    """The paragraphs between two offsets of the document, cut there and where the passage before them ended."""
    for row in paragraphs:
        number, first, last, _heading, text, *more = row
        assert isinstance(number, int) and isinstance(first, int) and isinstance(last, int)
        kind = str(more[0]) if more else "text"
        low, high = max(first, start), min(last, end)
        if low >= high:
            continue
        middle = min(max(reached, low), high)
        for begin, stop in ((low, middle), (middle, high)):
            if begin < stop:
                shown = str(text)[begin - first : stop - first]
                yield Part(number if begin == first else None, shown, kind, again=stop <= reached)
