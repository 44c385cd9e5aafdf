"""Where a passage stands: its page, slide, sheet or stretch of text, for opening a citation at the very place."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from assistants.knowledge.models import Document, DocumentPage, Passage, Source
from assistants.knowledge.parsing.rows import BETWEEN
from kernel.errors import NotFound

PAINTED = frozenset({"pdf", "png", "jpg", "webp", "tiff"})  # formats of which pages are shown as pictures
QUOTE_LENGTH = 400
ROWS_AROUND = 3
Box = tuple[float, float, float, float]
Spans = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class PlaceParagraph:
    """A paragraph around a citation. `heading` is given where it changes; `kind` is a passage's."""

    number: int
    heading: str
    text: str
    hit: bool
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked rectangle on a page, in parts of its width and height from the top left corner."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a sheet around the one cited: names of columns, then number, cells, and whether it is that one."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...], bool], ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands, as much of it as may be shown.

    Attributes:
        showing: how the source lets itself be shown. painted: whether its page can be seen as a picture.
        shown_page: the page whose paragraphs these are; the cited one, or one beside it.
    """

    passage_id: str
    document_id: str
    title: str
    url: str
    page: int | None
    pages: int | None
    paragraph: int | None
    heading: str
    quote: str
    paragraphs: tuple[PlaceParagraph, ...]
    page_kind: str = Document.PageKind.PAGE
    kind: str = "text"
    showing: str = Source.Showing.QUOTE
    marks: tuple[Mark, ...] = ()
    table: Table | None = None
    painted: bool = False
    shown_page: int | None = None
    document: Document | None = field(default=None, repr=False, compare=False)

    @property
    def downloadable(self) -> bool:
        """Whether its file is offered."""
        return (
            self.showing == Source.Showing.DOWNLOAD
            and self.document is not None
            and bool(self.document.storage_key)
        )

    @property
    def before(self) -> int | None:
        """The page before the shown one, where that may be seen."""
        return self._beside(-1)

    @property
    def after(self) -> int | None:
        """The page after the shown one, where that may be seen."""
        return self._beside(1)

    def _beside(self, step: int) -> int | None:
        if not self.painted or self.shown_page is None:
            return None
        wanted = self.shown_page + step
        return wanted if may_see_page(self, wanted) else None


def has_picture(document: Document, number: int) -> bool:
    """Whether a page of a document can be drawn."""
    return (
        document.format in PAINTED
        and bool(document.storage_key)
        and document.pages is not None
        and 1 <= number <= document.pages
    )


def may_see_page(place: Place, number: int) -> bool:
    """Whether a page may be seen as a picture: all of a file that is offered, else the cited one and its neighbours."""
    if not place.painted or place.page is None or not 1 <= number <= (place.pages or 0):
        return False
    return place.showing == Source.Showing.DOWNLOAD or abs(number - place.page) <= 1


def place_of(
    organisation_id: int,
    passage_public_id: str,
    *,
    spans: Spans = (),
    showing: str = Source.Showing.QUOTE,
    page: int | None = None,
) -> Place:
    """A passage with the paragraphs of its page, as far as they may be shown.

    Args:
        spans: pairs of character offsets in the document: the words quoted. Where given, only the paragraphs that
            hold them are marked, instead of all of the passage's.
        showing: how the source lets itself be shown; where only quotes are, the paragraphs are left out, and where nothing
            is, the quote too.
        page: another page to show, where that may be seen.

    Raises:
        NotFound: the organisation has no such passage, or the page may not be seen.
    """
    rows = Passage.objects.for_organisation(organisation_id).select_related("document__source")
    passage: Passage | None = rows.filter(public_id=passage_public_id).first()
    if passage is None:
        raise NotFound
    document = passage.document
    wanted = spans or [(passage.start, passage.end)]
    cited = _page_with(passage, wanted)
    number = cited.number if cited and passage.page else passage.page
    shown = _paragraphs(cited.paragraphs if cited else [], wanted)
    whole = showing in (Source.Showing.QUOTE, Source.Showing.DOWNLOAD)
    place = Place(
        passage_id=passage.public_id,
        document_id=document.public_id,
        title=document.name,
        url=document.source.url if showing != Source.Showing.HIDDEN else "",
        page=number,
        pages=document.pages,
        paragraph=next((p.number for p in shown if p.hit), passage.paragraph),
        heading=passage.heading,
        quote="" if showing == Source.Showing.HIDDEN else _quote(passage, spans),
        paragraphs=shown if whole else (),
        page_kind=document.page_kind,
        kind=passage.kind,
        showing=showing,
        marks=_marks(cited, shown) if whole and cited else (),
        table=_table(shown) if whole and passage.kind == Passage.Kind.ROW else None,
        painted=whole and document.format in PAINTED and number is not None and bool(document.storage_key),
        shown_page=number,
        document=document,
    )
    return place if page in (None, number) else _turned(place, page or 0)


def _page_with(passage: Passage, spans: Spans) -> DocumentPage | None:
    """The page on which the quoted words begin: a passage that was merged with its neighbours may go on over the next."""
    pages = DocumentPage.objects.for_organisation(passage.organisation_id).filter(
        document=passage.document_id, number__gte=passage.section
    )
    near = list(pages.order_by("number")[:3])
    begins = min(first for first, _last in spans)
    holding = (
        page for page in near if any(start <= begins < end for _n, start, end, *_rest in page.paragraphs)
    )
    return next(holding, next((page for page in near if page.number == passage.section), None))


def _turned(place: Place, page: int) -> Place:
    """The same citation with another page in view, nothing marked on it."""
    if not may_see_page(place, page) or place.document is None:
        raise NotFound
    rows = DocumentPage.objects.for_organisation(place.document.organisation_id)
    found = rows.filter(document=place.document, number=page).first()
    shown = _paragraphs(found.paragraphs if found else [], [])
    return replace(place, paragraphs=shown, marks=(), table=None, shown_page=page)


def _quote(passage: Passage, spans: Spans) -> str:
    first = next(((a - passage.start, b - passage.start) for a, b in spans), (0, len(passage.text)))
    words = passage.text[max(0, first[0]) : max(0, first[1])] or passage.text
    return words[:QUOTE_LENGTH]


def _paragraphs(
    rows: list[tuple[int, int, int, str | None, str, str]], spans: Spans
) -> tuple[PlaceParagraph, ...]:
    shown: list[PlaceParagraph] = []
    previous = ""
    for number, start, end, heading, text, kind in rows:
        changed = (heading or "") if (heading or "") != previous else ""
        previous = heading or ""
        hit = any(start < last and first < end for first, last in spans)
        shown.append(PlaceParagraph(number, changed, text, hit, kind))
    return tuple(shown)


def mark_of(box: Box) -> Mark:
    """The rectangle of a paragraph's box."""
    left, top, right, bottom = box
    return Mark(left, top, round(right - left, 4), round(bottom - top, 4))


def _marks(page: DocumentPage, shown: Sequence[PlaceParagraph]) -> tuple[Mark, ...]:
    boxes: Sequence[Box | None] = page.boxes or [None] * len(shown)
    return tuple(mark_of(box) for paragraph, box in zip(shown, boxes, strict=True) if paragraph.hit and box)


def _table(shown: Sequence[PlaceParagraph]) -> Table | None:
    """The rows around the cited ones: each says "Column: value", columns in the order in which they are met."""
    hits = [index for index, paragraph in enumerate(shown) if paragraph.hit]
    if not hits:
        return None
    near = [
        p
        for p in shown[max(0, hits[0] - ROWS_AROUND) : hits[-1] + ROWS_AROUND + 1]
        if p.kind == Passage.Kind.ROW
    ]
    cells = [dict(_cells(paragraph.text)) for paragraph in near]
    columns = tuple(dict.fromkeys(name for row in cells for name in row))
    rows = tuple(
        (paragraph.number, tuple(row.get(name, "") for name in columns), paragraph.hit)
        for paragraph, row in zip(near, cells, strict=True)
    )
    return Table(columns, rows)


def _cells(text: str) -> list[tuple[str, str]]:
    cells = (part.partition(": ") for part in text.split(BETWEEN))
    return [(name, value) if between else ("", name) for name, between, value in cells]
