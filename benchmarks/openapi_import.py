#!/usr/bin/env python3
"""How long documents of outside APIs take to import, and whether what was read can be called.

Reads every .json, .yaml and .yml of a folder and a made document of 10 MB in JSON and in YAML. Then calls operations
of each, at most --calls, on a server made from it. A document that is refused counts as refused, with its reason.

    .venv/bin/python benchmarks/openapi_import.py [--data FOLDER] [--calls 100] [--quick]
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

import httpx2  # noqa: E402
import orjson  # noqa: E402
import yaml  # noqa: E402

from assistants.actions.openapi import DocumentError, ReadDocument, prepare, read_document  # noqa: E402
from kernel.errors import InvalidInput  # noqa: E402
from tests.fakes.openapi_examples import example_of  # noqa: E402
from tests.fakes.openapi_made import made_document  # noqa: E402
from tests.fakes.openapi_server import OpenAPIServer  # noqa: E402

TARGETS = {"slowest_s_for_10_mb": 5.0, "calls_refused_share": 0.02}
MEGABYTE = 1024 * 1024


@dataclass
class Imported:
    """What one document gave."""

    name: str
    size: int
    seconds: float
    operations: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    refused: str = ""
    calls: int = 0
    failed: int = 0
    unfit: int = 0  # no example could be made, as for a pattern

    @property
    def seconds_for_10_mb(self) -> float:
        """Scaled up where it is larger than 10 MB, never down."""
        return self.seconds / max(1.0, self.size / (10 * MEGABYTE))


def documents(folder: Path, *, quick: bool) -> Iterator[tuple[str, bytes]]:
    for file in sorted(folder.rglob("*")):
        if file.suffix in (".json", ".yaml", ".yml"):
            yield str(file.relative_to(folder)), file.read_bytes()
    made = made_document(MEGABYTE if quick else 10 * MEGABYTE)
    yield "made.json", orjson.dumps(made, option=orjson.OPT_INDENT_2)
    yield "made.yaml", yaml.dump(made, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper)).encode()


def measure(name: str, data: bytes, calls: int) -> Imported:
    """Import one document and call it. Its time is the processor's: reading waits for nothing."""
    started = time.process_time()
    try:
        document = read_document(data)
    except DocumentError as error:
        return Imported(name, len(data), time.process_time() - started, refused=error.message)
    found = Imported(name, len(data), time.process_time() - started, len(document.operations))
    found.findings = Counter(finding.code for finding in document.warnings)
    call(document, found, calls)
    return found


def call(document: ReadDocument, found: Imported, calls: int) -> None:
    """Call operations from all over the document."""
    step = max(1, len(document.operations) // calls)
    with OpenAPIServer(document) as server, httpx2.Client(trust_env=False) as client:
        for operation in document.operations[::step][:calls]:
            if (operation.mapping["body"] or {}).get("files"):
                continue  # needs a file
            arguments = example_of(operation.mapping.get("schema") or operation.arguments_schema) or {}
            try:
                made = prepare(operation, server.base_url, arguments)
            except InvalidInput:
                found.unfit += 1
                continue
            came = client.request(made.method, made.url, headers=made.headers, content=made.content)
            found.calls += 1
            found.failed += came.status_code != 200


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, default=ROOT / "tests/actions/documents", help="folder of documents"
    )
    parser.add_argument("--calls", type=int, default=100, help="of each document, at most")
    parser.add_argument("--quick", action="store_true", help="a made document of 1 MB, and 20 calls")
    arguments = parser.parse_args()
    found = []
    for name, data in documents(arguments.data, quick=arguments.quick):
        one = measure(name, data, 20 if arguments.quick else arguments.calls)
        found.append(one)
        print(line(one), flush=True)
    calls = sum(each.calls for each in found)
    figures = {
        "documents": len(found),
        "refused": sum(bool(each.refused) for each in found),
        "operations": sum(each.operations for each in found),
        "slowest_s_for_10_mb": round(max(each.seconds_for_10_mb for each in found), 2),
        "calls": calls,
        "calls_refused_share": round(sum(each.failed for each in found) / max(calls, 1), 4),
    }
    holds = all(figures[name] <= target for name, target in TARGETS.items())
    targets = {name: f"<= {target}" for name, target in TARGETS.items()}
    print(json.dumps({"benchmark": "openapi_import", "figures": figures, "targets": targets, "holds": holds}))


def line(one: Imported) -> str:
    """One row of the table."""
    head = f"{one.name:<42} {one.size / MEGABYTE:6.2f} MB {one.seconds:6.2f} s"
    if one.refused:
        return f"{head}  refused: {one.refused}"
    most = ", ".join(f"{code} {count}" for code, count in one.findings.most_common(3))
    return f"{head} {one.operations:5} operations  {one.calls - one.failed}/{one.calls} calls  {most}"


if __name__ == "__main__":
    main()
