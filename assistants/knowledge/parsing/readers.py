"""Which parser reads which format. They are loaded by name: a parser process loads what its one file needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from assistants.knowledge.parsing.blocks import Block, Listener

_PACKAGE = "assistants.knowledge.parsing"


@dataclass(frozen=True, slots=True)
class Reader:
    """A function of a module here, and what it is called with.

    Attributes:
        whole: it takes the file's bytes; otherwise the file, as a path or opened.
        listener: whether it takes a listener beside it.
        library: what is loaded beside the module before the limits are set.
    """

    module: str
    function: str
    whole: bool = False
    listener: bool = False
    library: str = ""


READERS = {
    "pdf": Reader("pdf", "parse_pdf", listener=True),
    "docx": Reader("docx", "parse_docx", library="docx"),
    "pptx": Reader("pptx", "parse_pptx", listener=True, library="pptx"),
    "xlsx": Reader("xlsx", "parse_xlsx", listener=True, library="python_calamine"),
    "csv": Reader("csv", "parse_csv", whole=True, listener=True),
    "tsv": Reader("csv", "parse_csv", whole=True, listener=True),
    "epub": Reader("epub", "parse_epub", listener=True),
    "json": Reader("json", "parse_json", whole=True),
    "jsonl": Reader("json", "parse_json_lines", whole=True, listener=True),
    "eml": Reader("email", "parse_email", whole=True, listener=True),
    "qa": Reader("json", "parse_questions", whole=True),
    "html": Reader("html", "parse_html", whole=True),
    "page": Reader("readable", "parse_readable", whole=True),
    "md": Reader("plain", "parse_markdown", whole=True),
    "txt": Reader("plain", "parse_text", whole=True),
    **{
        image: Reader("images", "parse_image", listener=True, library="PIL.Image")
        for image in ("png", "jpg", "webp", "tiff")
    },
}


def load(format_: str) -> None:
    """Load what a format's parser needs: native libraries are mapped before the limits, so that these are the file's alone."""
    reader = READERS[format_]
    import_module(f"{_PACKAGE}.{reader.module}")
    if reader.library:
        import_module(reader.library)


def read(format_: str, file: Path | IO[bytes], listener: Listener) -> Iterator[Block]:
    """The blocks of a file.

    Args:
        file: where it is, or its bytes, opened.

    Raises:
        ParsingFailed: it cannot be read, or no further.
    """
    reader = READERS[format_]
    parse: Any = getattr(import_module(f"{_PACKAGE}.{reader.module}"), reader.function)
    given: Any = file
    if reader.whole:
        given = file.read_bytes() if isinstance(file, Path) else file.read()
    found: Iterator[Block] = parse(given, listener) if reader.listener else parse(given)
    return found
