"""Presentations: slides with their titles, texts, tables, figures of charts, and what the speaker noted."""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed

DEEPEST_GROUP = 20


def parse_pptx(file: Path | IO[bytes], listener: Listener) -> Iterator[Block]:
    """Each slide is a page.

    Raises:
        ParsingFailed: it is no presentation, or a broken, locked or bursting one.
    """
    import pptx

    check_archive(file)
    try:
        slides = list(pptx.Presentation(str(file) if isinstance(file, Path) else file).slides)
    except MemoryError:
        raise
    except Exception:
        # python-pptx raises KeyError, BadZipFile, XMLSyntaxError, PackageNotFoundError … for broken files.
        raise ParsingFailed("corrupt") from None
    for page, slide in enumerate(slides, start=1):
        listener.progress(page, len(slides))
        try:
            yield from _slide(slide, page)
        except (AttributeError, KeyError, ValueError, TypeError, IndexError):
            raise ParsingFailed("corrupt") from None


def _slide(slide: Any, page: int) -> Iterator[Block]:
    title = slide.shapes.title
    name = _line(title.text_frame.text) if title is not None else ""
    if name:
        yield Block(name, page, level=1)
    taken = title.shape_id if title is not None else None
    for shape in _shapes(slide.shapes, 0):
        if shape.shape_id != taken:
            yield from _shape(shape, page)
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        if notes.text.strip():
            yield Block("Notes", page, level=2)
        yield from _paragraphs(notes, page)


def _shapes(shapes: Any, depth: int) -> Iterator[Any]:
    for shape in shapes:
        inner = getattr(shape, "shapes", None)  # a group's
        if inner is None:
            yield shape
        elif depth < DEEPEST_GROUP:
            yield from _shapes(inner, depth + 1)


def _shape(shape: Any, page: int) -> Iterator[Block]:
    if getattr(shape, "has_table", False):
        rows = ([_line(cell.text_frame.text) for cell in row.cells] for row in shape.table.rows)
        yield Block("\n".join(" | ".join(cells) for cells in rows if any(cells)), page, kind="table")
    elif getattr(shape, "has_chart", False):
        yield Block(_chart(shape.chart), page, kind="table")
    elif shape.has_text_frame:
        yield from _paragraphs(shape.text_frame, page)


def _paragraphs(frame: Any, page: int) -> Iterator[Block]:
    for paragraph in frame.paragraphs:
        yield Block(_line(paragraph.text), page)


def _chart(chart: Any) -> str:
    """Its figures: a row for each category, a column for each series."""
    title = _line(chart.chart_title.text_frame.text) if chart.has_title else ""
    series = [one for plot in chart.plots for one in plot.series]
    categories = [str(category) for plot in chart.plots for category in plot.categories]
    lines = [" | ".join([title, *(str(one.name) for one in series)])]
    for index, category in enumerate(categories):
        values = [one.values[index] if index < len(one.values) else None for one in series]
        lines.append(" | ".join([category, *("" if value is None else f"{value:.15g}" for value in values)]))
    return "\n".join(lines)


def _line(text: str) -> str:
    return " ".join(text.split())
