"""The parser process: `python -m assistants.knowledge.parsing.worker`, with `[format, file, cpu seconds]` as a line of JSON.

The line may come late: what most files need is loaded before. Writes JSON lines to standard output: `["block", page, level, text, kind, number, box]`, `["progress", done, total, unit]`, and at the end
`["end"]` or `["failed", code]`. Django is not loaded here: it starts in a tenth of a second and holds no secret.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assistants.knowledge.parsing.archives import check_archive
from assistants.knowledge.parsing.blocks import Block, ParsingFailed, cleaned
from assistants.knowledge.parsing.confinement import confine


def main() -> None:
    """Parse one file and say what is in it, or why not; without a job, end."""
    _preload("pdf")
    job = sys.stdin.readline()
    if not job:
        return
    format_, path, cpu_seconds = json.loads(job)
    _preload(format_)
    confine(cpu_seconds=cpu_seconds)
    try:
        _write_blocks(format_, Path(path))
    except ParsingFailed as failure:
        _write("failed", failure.code)
    except MemoryError:
        _write("failed", "too_complex")
    sys.stdout.flush()


def _preload(format_: str) -> None:
    # Native libraries are mapped before the limits, so that the limits are the document's alone.
    if format_ == "pdf":
        import assistants.knowledge.parsing.pdf
    elif format_ == "docx":
        import docx  # noqa: F401
    elif format_ == "html":
        import assistants.knowledge.parsing.html  # noqa: F401
    elif format_ == "page":
        import assistants.knowledge.parsing.readable  # noqa: F401


def _write_blocks(format_: str, path: Path) -> None:
    for block in cleaned(_blocks(format_, path)):
        _write("block", block.page, block.level, block.text, block.kind, block.number, block.box)
    _write("end")


def _blocks(format_: str, path: Path) -> Iterator[Block]:
    if format_ == "pdf":
        from assistants.knowledge.parsing.pdf import parse_pdf

        return parse_pdf(path, progress=lambda done, total: _write("progress", done, total, "pages"))
    if format_ == "docx":
        from assistants.knowledge.parsing.docx import parse_docx

        check_archive(path)
        return parse_docx(path)
    if format_ == "html":
        from assistants.knowledge.parsing.html import parse_html

        return parse_html(path.read_bytes())
    if format_ == "page":
        from assistants.knowledge.parsing.readable import parse_readable

        return parse_readable(path.read_bytes())
    from assistants.knowledge.parsing.plain import parse_markdown, parse_text

    return (parse_markdown if format_ == "md" else parse_text)(path.read_bytes())


def _write(*values: Any) -> None:
    sys.stdout.write(json.dumps(values, ensure_ascii=False, separators=(",", ":")) + "\n")
    if values[0] == "progress":
        sys.stdout.flush()


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
