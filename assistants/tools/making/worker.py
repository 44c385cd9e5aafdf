"""The program that makes one file: `python -m assistants.tools.making.worker KIND`.

Reads a job from standard input: the bytes of a picture, or a JSON object. Writes a line of JSON, `{"ok": …}`, and then the
file. Django is not loaded here, and the job is read only once network, programs, memory and time are given up.
"""

import json
import sys
from typing import Any

from assistants.knowledge.parsing.confinement import confine
from assistants.tools.making.cells import NotATable
from assistants.tools.making.pdf import ScriptUnknown
from assistants.tools.making.picture import NotAPicture, picture_of

CPU_SECONDS = 20


def main() -> None:
    """Do the job of the command line's kind."""
    kind = sys.argv[1]
    _load(kind)
    confine(cpu_seconds=CPU_SECONDS)
    head: dict[str, Any] = {"ok": True}
    made = b""
    try:
        given = sys.stdin.buffer.read()
        if kind == "picture":
            head["ending"], head["width"], head["height"], made = picture_of(given)
        else:
            made = _document(kind, json.loads(given))
    except ScriptUnknown:
        head = {"ok": False, "code": "script_unknown"}
    except NotATable:
        head = {"ok": False, "code": "not_a_table"}
    except NotAPicture:
        head = {"ok": False, "code": "not_a_picture"}
    except MemoryError:
        head = {"ok": False, "code": "too_much"}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + made)


def _load(kind: str) -> None:
    """Map native libraries before the limits."""
    if kind == "picture":
        from PIL import Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

        assert Image and JpegImagePlugin and PngImagePlugin and WebPImagePlugin
    elif kind == "docx":
        import docx

        assert docx


def _document(kind: str, job: dict[str, Any]) -> bytes:
    title, text = str(job["title"]), str(job.get("content", ""))
    if kind == "docx":
        from assistants.tools.making.docx import docx_of

        return docx_of(title, text)
    if kind == "pdf":
        from assistants.tools.making.pdf import pdf_of

        return pdf_of(title, text)
    from assistants.tools.making.xlsx import xlsx_of

    return xlsx_of(title, job["sheets"], formulas=bool(job.get("formulas")))


if __name__ == "__main__":
    main()
