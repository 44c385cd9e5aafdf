"""The program that reads tables and answers questions to them: `python -m assistants.tools.tables.program`.

A job comes as one JSON object on standard input; the answer goes to standard output: one line of JSON, and after it, for a
question, the whole result as CSV. Django is not loaded here, and no setting and no secret is known. What is asked was written
by a model: before any of it is looked at, the process gives up the network, other programs, further files, and more memory and
time than a question needs.
"""

import json
import sys
from typing import Any

import duckdb

from assistants.knowledge.parsing.blocks import ParsingFailed
from assistants.knowledge.parsing.confinement import confine, end_with_parent
from assistants.tools.tables.asking import Refused, ask
from assistants.tools.tables.making import make_tables

MEGABYTE = 1024 * 1024
# Address space, of which a part is never touched: stacks of threads, and what the engine keeps in reserve.
ASKING_BYTES = 2048 * MEGABYTE
MAKING_BYTES = 4096 * MEGABYTE
MADE_BYTES = 2048 * MEGABYTE


def main() -> None:
    """Do one job."""
    end_with_parent()
    job: dict[str, Any] = json.load(sys.stdin)
    making = job["do"] == "make"
    confine(
        cpu_seconds=int(job["seconds"] * 2) + 2,
        output_bytes=MADE_BYTES if making else MEGABYTE,
        memory_bytes=MAKING_BYTES if making else ASKING_BYTES,
    )
    try:
        head, rest = make_tables(job) if making else ask(job)
    except Refused as refused:
        head, rest = {"ok": False, "code": refused.code, "said": refused.said}, b""
    except ParsingFailed as failed:
        head, rest = {"ok": False, "code": failed.code, "said": ""}, b""
    except (MemoryError, duckdb.OutOfMemoryException):
        head, rest = {"ok": False, "code": "too_much_memory", "said": ""}, b""
    except duckdb.Error as error:
        head, rest = {"ok": False, "code": "statement_wrong", "said": str(error)[:1000]}, b""
    except (
        OSError,
        ValueError,
        OverflowError,
        RuntimeError,
    ):  # a value that Python cannot hold, such as a year 290000
        head, rest = {"ok": False, "code": "value_unusable", "said": ""}, b""
    sys.stdout.buffer.write(json.dumps({"ok": True, **head}).encode() + b"\n" + rest)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
