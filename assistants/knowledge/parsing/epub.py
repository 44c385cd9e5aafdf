"""Books as EPUB: chapters in the order in which they are read (EPUB 3.3, package document and spine)."""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote

from lxml import etree

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import Block, Listener, ParsingFailed
from assistants.knowledge.parsing.html import parse_html, title_of

_CHAPTERS = ("application/xhtml+xml", "text/html")
_LOCKED = re.compile(rb"CipherReference[^>]+URI=[\"'][^\"']+\.(?:x?html?|xml)[\"']", re.IGNORECASE)


def parse_epub(file: Path | IO[bytes], listener: Listener) -> Iterator[Block]:
    """Each document of the spine is a page.

    Raises:
        ParsingFailed: it is no book, or a broken, locked or bursting one.
    """
    names = check_archive(file)
    with zipfile.ZipFile(file) as archive:
        try:
            if "META-INF/encryption.xml" in names and _LOCKED.search(archive.read("META-INF/encryption.xml")):
                raise ParsingFailed("encrypted")
            chapters = [name for name in _spine(archive) if name in names]
            for page, name in enumerate(chapters, start=1):
                listener.progress(page, len(chapters))
                yield from _chapter(archive.read(name), page)
        except (
            zipfile.BadZipFile,
            KeyError,
            OSError,
            EOFError,
            NotImplementedError,
            etree.LxmlError,
            zlib.error,
        ):
            raise ParsingFailed("corrupt") from None


def _spine(archive: zipfile.ZipFile) -> list[str]:
    """The names of the chapters' files in their order, each once."""
    container = _xml(archive.read("META-INF/container.xml"))
    place = next(iter(container.xpath("//*[local-name()='rootfile']/@full-path")), "")
    package = _xml(archive.read(place))
    items = {
        item.get("id"): item.get("href", "")
        for item in package.xpath("//*[local-name()='manifest']/*[local-name()='item']")
        if item.get("media-type") in _CHAPTERS
    }
    order = package.xpath("//*[local-name()='spine']/*[local-name()='itemref']/@idref")
    base = posixpath.dirname(place)
    paths = (posixpath.normpath(posixpath.join(base, unquote(items[key]))) for key in order if key in items)
    return list(dict.fromkeys(path.partition("#")[0] for path in paths))


def _chapter(data: bytes, page: int) -> Iterator[Block]:
    blocks = list(parse_html(data))
    if not any(block.level for block in blocks) and blocks and (title := title_of(data)):
        yield Block(title, page, level=1)
    for block in blocks:
        yield block._replace(page=page)


def _xml(data: bytes) -> Any:
    # Neither entities nor document types are followed: both are ways to burst, or to read other files.
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    return etree.fromstring(data, parser)
