#!/usr/bin/env python3
"""How fast a PDF becomes searchable, and what its embedding costs beside the embedder's own time.

1. A PDF of 200 pages is uploaded to a running Bottega: seconds until a search by words finds it.
2. Its embedding by the built-in model, held against the rate that the same model reaches by itself, before and after.
3. With an embeddings server that takes 40 ms a call: pages a second from upload to ready, held against LangChain's
   usual pipeline (in an environment of its own, made at the first run) over the same files, server and database. Both
   take turns, round by round, on the same machine; the figure is the median of the rounds' ratios. The target is for
   one file of 200 pages; four such files at once, as people drop them, are a further figure.
   Bottega's time holds everything between the upload's first byte and the commit that makes the document `ready`, which
   REST is asked to confirm: HTTP, storage, queue, a confined parser process, word index and vectors. LangChain's holds
   its four steps, without imports and connecting.
   The processor's seconds a page are those of its process, and of our worker with its parsers; both leave out the
   database, the embeddings server and, for us, the web process, which is told apart.
4. A PDF of 10,000 pages in one go, with the same embeddings server: by how much the web process grows, and the worker
   with its parsers at most; and the most memory that a parser of it holds by the kernel's count.
5. Storing passages, words and vectors of a new document, held against a raw binary COPY of the very same rows into tables with
   the same indexes; of a document that takes the place of an earlier reading, whose rows are removed, it is told apart.

    .venv/bin/python benchmarks/ingest.py [--quick]
"""

import argparse
import contextlib
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from statistics import median

import psutil
import psycopg
from harness.embeddings import MODEL
from harness.knowledge import Creator, worker
from harness.services import BENCHMARKS, Installation, free_port, installation, running, wait_until_up

PAGES = 200
LONG_PAGES = 10_000
LONG_NAME = "long-one.pdf"
MEGABYTE = 1024 * 1024
FILES = 4
CALL_MS = 40
ENDED = """
SELECT count(*) FROM knowledge_source s JOIN knowledge_document d ON d.id = s.document_id
WHERE s.public_id = ANY(%s) AND d.state IN ('ready', 'failed')
"""
SAMPLE = 40  # passages that the embedder's own rate is measured with
TARGETS = {
    "word_search_seconds": "<= 15",
    "embedding_ratio": "<= 1.2",
    "pages_per_second_ratio": ">= 3",
    "cpu_per_page_ratio": "<= 0.2",
    "long_web_growth_mb": "<= 100",
    "long_worker_growth_mb": "<= 200",
    "long_parser_peak_mb": "<= 512",
    "index_by_raw_copy": "<= 3",
}  # of one file
Watching = psycopg.Connection[tuple[int]]
PEER = Path(tempfile.gettempdir()) / "bottega-bench-langchain"


def make_pdf(target: Path, pages: int, *, seed: int = 5) -> bytes:
    """A text PDF: about 420 words a page under a heading, in Zipf's proportions; the same bytes for the same seed."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen import canvas

    dice = random.Random(seed)
    syllables = re.findall(r"\w+", "ka lo mi ter ran so vel qui dor pan est ing ar bel cu de fo gra hu is")
    words = ["".join(dice.choices(syllables, k=dice.randint(1, 4))) for _ in range(6000)]
    weights = list(accumulate(1 / (rank + 2) for rank in range(len(words))))
    drawing = canvas.Canvas(str(target), pagesize=A4, invariant=1)
    for page in range(1, pages + 1):
        drawing.setFont("Helvetica-Bold", 14)
        drawing.drawString(
            60, 790, f"{page}. " + " ".join(dice.choices(words, cum_weights=weights, k=5)).title()
        )
        drawing.setFont("Times-Roman", 11)
        y = 765
        for line in range(42):
            y -= 8 if line % 9 == 8 else 0
            marked = f"marker{page} " if line == 20 else ""
            drawing.drawString(
                60,
                y,
                marked
                + " ".join(dice.choices(words, cum_weights=weights, k=10))
                + (". " if line % 3 == 2 else ""),
            )
            y -= 16
        drawing.showPage()
    drawing.save()
    return target.read_bytes()


def built_in(folder: Path, *, quick: bool) -> dict[str, float]:
    """Parts one and two."""
    with installation({}) as made, made.web() as (address, _), worker(made):
        creator = Creator(made, address)
        searchable = word_search(creator, make_pdf(folder / "long.pdf", PAGES))
        print(f"{PAGES} pages answer a search by words after {searchable:.2f} s", flush=True)
    with installation({}) as made, made.web() as (address, _), worker(made):
        creator = Creator(made, address)
        figures = embedding(made, creator, folder, make_pdf(folder / "some.pdf", 10 if quick else 60, seed=6))
    return {"word_search_seconds": round(searchable, 2), **figures}


def word_search(creator: Creator, pdf: bytes) -> float:
    """Seconds from the upload's start until a word of the last page is found."""
    assistant = creator.assistant("Long")
    started = time.monotonic()
    creator.upload(assistant, "long.pdf", pdf)
    while not any(
        f"marker{PAGES}" in p["text"] for p in creator.retrieve(assistant, f"marker{PAGES}", mode="words")
    ):
        time.sleep(0.05)
    return time.monotonic() - started


def embedding(made: Installation, creator: Creator, folder: Path, pdf: bytes) -> dict[str, float]:
    """Seconds that the embedding takes, by what the embedder itself would take."""
    assistant = creator.assistant("Embedded")
    source = creator.upload(assistant, "some.pdf", pdf)
    found = creator.wait(assistant, source, until="searchable")
    started = time.monotonic()
    texts = folder / "texts.json"
    while found["state"] != "ready":
        found = creator.source(assistant, source)
        print(f"\r  embedded {found['progress']['done']} of {found['passages']}", end="", flush=True)
        time.sleep(0.1)
    took = time.monotonic() - started
    sample = [passage["text"] for passage in creator.retrieve(assistant, "marker1 marker2 marker3", k=SAMPLE)]
    texts.write_text(json.dumps(sample))
    rates = [float(made.run("harness.embedder_rate", str(texts))) for _ in range(2)]
    own = found["passages"] / median(rates)
    print(
        f"\r{found['passages']} passages embedded in {took:.1f} s; the embedder by itself takes {own:.1f} s"
    )
    return {"embedding_ratio": round(took / own, 3), "embedder_passages_per_second": round(median(rates), 2)}


def with_server(folder: Path, rounds: int, long_pages: int) -> dict[str, float]:
    """Parts three to five."""
    peer = peer_python()
    port = free_port()
    url = f"http://127.0.0.1:{port}/v1"
    with ExitStack() as stack:
        environment = dict(os.environ) | {"PYTHONPATH": str(BENCHMARKS)}
        serving = [sys.executable, "-m", "harness.embeddings", str(port), str(CALL_MS)]
        process = stack.enter_context(running(serving, environment))
        wait_until_up(f"{url}/models", process)
        made = stack.enter_context(
            installation({"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "sk-x", "EMBEDDING_MODEL": MODEL})
        )
        address, web = stack.enter_context(made.web())
        pid = stack.enter_context(worker(made))
        creator = Creator(made, address)
        peer_url = peer_database(made)
        watching = stack.enter_context(watcher(made))
        parts = (Family(pid), Family(web))
        warm_up(creator, watching, folder)
        one = compared(creator, watching, peer, folder, 1, rounds, peer_url, url, parts)
        several = compared(creator, watching, peer, folder, FILES, rounds, peer_url, url, parts)
        figures = rates("", one) | rates("four_files_", several)
        figures |= long_document(creator, folder, long_pages, parts)
        peak = made.run("harness.parser_peak", "pdf", str(folder / LONG_NAME))
        figures["long_parser_peak_mb"] = round(int(peak.splitlines()[-1]) / MEGABYTE, 1)
        figures |= json.loads(made.run("harness.index_stage").splitlines()[-1])
    return figures


@dataclass(frozen=True, slots=True)
class Round:
    """Pages a second of both, and seconds of the processor a page."""

    ours: float
    theirs: float
    our_cpu: float
    web_cpu: float
    their_cpu: float


def rates(prefix: str, rounds: list[Round]) -> dict[str, float]:
    """Medians over the rounds: of both rates, and of their ratios within a round."""
    return {
        f"{prefix}pages_per_second": round(median(one.ours for one in rounds), 1),
        f"{prefix}langchain_pages_per_second": round(median(one.theirs for one in rounds), 1),
        f"{prefix}pages_per_second_ratio": round(median(one.ours / one.theirs for one in rounds), 2),
        f"{prefix}cpu_ms_per_page": round(1000 * median(one.our_cpu for one in rounds), 2),
        f"{prefix}web_cpu_ms_per_page": round(1000 * median(one.web_cpu for one in rounds), 2),
        f"{prefix}langchain_cpu_ms_per_page": round(1000 * median(one.their_cpu for one in rounds), 2),
        f"{prefix}cpu_per_page_ratio": round(median(one.our_cpu / one.their_cpu for one in rounds), 3),
    }


class Family:
    """A process with its children, those that have ended included."""

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)

    def cpu(self) -> float:
        """Seconds of the processor so far."""
        return sum(sum(one.cpu_times()[:4]) for one in self._living())

    def memory(self) -> int:
        """Bytes of memory now."""
        return sum(one.memory_info().rss for one in self._living())

    def _living(self) -> list[psutil.Process]:
        return [one for one in [self._process, *self._process.children(recursive=True)] if one.is_running()]


def long_document(
    creator: Creator, folder: Path, pages: int, parts: tuple[Family, Family]
) -> dict[str, float]:
    """Part four."""
    print(f"Making a PDF of {pages} pages", flush=True)
    pdf = folder / LONG_NAME
    make_pdf(pdf, pages, seed=9)
    work, web = parts
    assistant = creator.assistant("Long one")
    before, work_before, web_peak, work_peak = web.memory(), work.memory(), 0, 0
    started = time.monotonic()
    source = creator.upload(assistant, "long.pdf", pdf.read_bytes())
    while creator.source(assistant, source)["state"] != "ready":
        with contextlib.suppress(psutil.NoSuchProcess):  # a parser may end while it is looked at
            web_peak, work_peak = max(web_peak, web.memory()), max(work_peak, work.memory())
        time.sleep(0.2)
    took = time.monotonic() - started
    figures = {
        "long_pages": float(pages),
        "long_seconds": round(took, 1),
        "long_web_growth_mb": round((web_peak - before) / MEGABYTE, 1),
        "long_worker_growth_mb": round((work_peak - work_before) / MEGABYTE, 1),
    }
    print(f"{pages} pages are ready after {took:.1f} s; {figures}", flush=True)
    return figures


def compared(
    creator: Creator,
    watching: Watching,
    peer: Path,
    folder: Path,
    files: int,
    rounds: int,
    peer_url: str,
    url: str,
    parts: tuple[Family, Family],
) -> list[Round]:
    """Pages a second of both, round by round; a first round that warms both is left out."""
    found = []
    for number in range(rounds + 1):
        paths = [folder / f"{files}-{number}-{index}.pdf" for index in range(files)]
        pdfs = [
            make_pdf(path, PAGES, seed=1000 * files + 10 * number + index) for index, path in enumerate(paths)
        ]
        pages = PAGES * files
        cpu = [part.cpu() for part in parts]
        ours = pages / ready_seconds(creator, watching, pdfs)
        our_cpu, web_cpu = ((part.cpu() - at) / pages for part, at in zip(parts, cpu, strict=True))
        seconds, processor = peer_seconds(peer, paths, peer_url, url)
        theirs, their_cpu = pages / seconds, processor / pages
        note = "" if number else " (warming up)"
        print(
            f"  {files} x {PAGES} pages: Bottega {ours:.0f} pages/s, LangChain {theirs:.0f} pages/s;"
            f" {1000 * our_cpu:.1f} and {1000 * their_cpu:.1f} ms of the processor a page{note}",
            flush=True,
        )
        found.append(Round(ours, theirs, our_cpu, web_cpu, their_cpu))
    return found[1:]


def watcher(made: Installation) -> Watching:
    """A connection that sees every organisation's rows."""
    url = made.environment["DATABASE_OWNER_URL"].replace("bottega_owner@", "postgres@")
    return psycopg.connect(url, autocommit=True)


def warm_up(creator: Creator, watching: Watching, folder: Path) -> None:
    """Let each of the worker's processes read once: with one file alone, any later round would be another one's first."""
    ready_seconds(
        creator, watching, [make_pdf(folder / "warm.pdf", PAGES, seed=seed) for seed in range(1, 2 * FILES)]
    )


def ready_seconds(creator: Creator, watching: Watching, pdfs: list[bytes]) -> float:
    """Seconds from the first upload's start until all documents are ready."""
    assistant = creator.assistant("Round")
    started = time.monotonic()
    sources = [creator.upload(assistant, f"{index}.pdf", pdf) for index, pdf in enumerate(pdfs)]
    # Asking REST over and over would take a third of a processor of the machine that is measured, and nobody asks LangChain
    # anything meanwhile: so the row is looked at, and REST is asked once.
    while watching.execute(ENDED, [sources]).fetchone() != (len(sources),):
        time.sleep(0.005)
    took = time.monotonic() - started
    for source in sources:
        if (state := creator.source(assistant, source)["state"]) != "ready":
            raise SystemExit(f"The database says that {source} is ready, and REST that it is {state}")
    return took


def peer_python() -> Path:
    """The interpreter of an environment with LangChain, made where it is missing."""
    python = PEER / "bin" / "python"
    packages = [
        "langchain-community",
        "langchain-openai",
        "langchain-postgres",
        "langchain-text-splitters",
        "pypdf",
    ]
    if not python.exists() or subprocess.run([python, "-c", "import langchain_postgres, pypdf"]).returncode:
        print("Installing LangChain into an environment of its own", flush=True)
        subprocess.run([sys.executable, "-m", "venv", PEER], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages, "psycopg[binary]"], check=True)
    return python


def peer_database(made: Installation) -> str:
    """A database of the same server for the peer, as its owner."""
    url = made.environment["DATABASE_OWNER_URL"]
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def peer_seconds(python: Path, pdfs: list[Path], postgres: str, url: str) -> tuple[float, float]:
    """Seconds that LangChain takes for the files, in a process of its own, and those of the processor."""
    script = BENCHMARKS / "harness" / "langchain_pipeline.py"
    done = subprocess.run([python, script, postgres, url, MODEL, *pdfs], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"LangChain failed:\n{done.stderr[-2000:]}")
    seconds, processor = done.stdout.splitlines()[-1].split()
    return float(seconds), float(processor)


def holds(figures: dict[str, float]) -> bool:
    """Whether every target is met; figures without one are told, not judged."""
    compare = {"<=": float.__le__, ">=": float.__ge__}
    parts = ((name, *target.split()) for name, target in TARGETS.items())
    return all(compare[sign](float(figures[name]), float(bound)) for name, sign, bound in parts)


def main() -> None:
    """Print the table, and the figures as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="fewer pages to embed and one round against LangChain"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = built_in(folder, quick=options.quick)
        figures |= with_server(
            folder, rounds=1 if options.quick else 4, long_pages=500 if options.quick else LONG_PAGES
        )
    print(
        json.dumps({"benchmark": "ingest", "figures": figures, "targets": TARGETS, "holds": holds(figures)})
    )


if __name__ == "__main__":
    main()
