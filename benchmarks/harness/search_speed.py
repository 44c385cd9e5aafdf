"""What the search's statement takes beside numpy's exact scan of the same vectors: `python -m harness.search_speed COUNT EACH`.

Prints a table's rows and, as the last line, a JSON object. The statement is measured as the product runs it: as the app's role
behind row-level security, in an open scope, from the call until its rows are there: `statement` with parameters that are
ready, `ids` the same for their numbers alone, as peers' searches are measured that give no text, `vectors` and `hybrid` with all that Python does before and after. All ways take turns in batches of questions; of each question its best round counts, since the machine is shared. Processor time is that of this process and
of the server's process that answers it.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"
for _variable in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):  # together they make numpy slower than it is
    os.environ.pop(_variable, None)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402 - after the variables

django.setup()

import numpy as np  # noqa: E402 - after the variables
import psycopg  # noqa: E402 - after the settings
from django.db import connection  # noqa: E402

from assistants.knowledge.actions.move_set import move_set  # noqa: E402
from assistants.knowledge.migrations._ranking import PLACE  # noqa: E402
from assistants.knowledge.models import SourceSet  # noqa: E402
from assistants.knowledge.retrieval.pipeline import (  # noqa: E402
    BY_RANK,
    CANDIDATES,
    LENGTH_NORMALISATION,
    RANK_CONSTANT,
)
from assistants.knowledge.retrieval.statement import (  # noqa: E402
    NEAREST_SHARED,
    Statement,
    found_passages,
    nearest_by_meaning,
)
from harness.load_passages import Loaded, load, tell  # noqa: E402
from harness.made_passages import BOUNDS, TOP, Passages, Question  # noqa: E402
from kernel.tenancy import tenant_scope  # noqa: E402
from kernel.text import search_terms  # noqa: E402

ROUNDS, BATCH = 3, 30
LARGEST = 0  # the tenant that Zipf gives the most
Way = Callable[[Question], list[int]]
# What `knowledge_nearest_shared` does before it looks for the passages.
NUMBERS = f"""
CREATE FUNCTION nearest_numbers(organisation bigint, source_sets bigint[], documents bigint[], question halfvec, wanted int)
RETURNS TABLE (id bigint) LANGUAGE sql STABLE AS $search$
    SELECT v.id FROM knowledge_shelf_0 v WHERE {PLACE.format("v", "documents")} AND v.embedding IS NOT NULL
    ORDER BY (v.embedding <=> question) + 0, v.id LIMIT wanted
$search$
"""
NEAREST_NUMBERS = Statement(
    "nearest_numbers",
    organisation="bigint",
    source_sets="bigint[]",
    meant="bigint[]",
    vector="halfvec",
    limit="int",
)


class Measured:
    """Best seconds and processor seconds of each question by one way, and how many of the ten nearest it gave."""

    def __init__(self, count: int) -> None:
        self.seconds, self.cpu = [9e9] * count, [9e9] * count
        self.recall = [0.0] * count


class Rig:
    """The made passages, in memory and in the database."""

    def __init__(self, count: int) -> None:
        self._values: dict[tuple[int, bool], dict[str, Any]] = {}
        self._packed: dict[tuple[int, Statement], list[bytes | None]] = {}
        self.passages = Passages(count)
        self.matrix = np.ascontiguousarray(self.passages.vectors[self.passages.rows])
        url = os.environ["DATABASE_OWNER_URL"].replace("bottega_owner@", "postgres@")
        with psycopg.connect(url) as admin:
            self.loaded: Loaded = load(self.passages, admin)
            admin.execute(NUMBERS)
            self.sizes = sizes(admin)
            rows = admin.execute("SELECT public_id, id - 1 FROM knowledge_passage")
            self.row_of: dict[str, int] = dict(rows.fetchall())

    def numpy(self, question: Question) -> list[int]:
        """One product of a tenant's vectors and the question, and the ten best of it."""
        low, high = self.passages.bounds[question.tenant : question.tenant + 2]
        near = self.matrix[low:high] @ question.vector
        top = np.argpartition(-near, min(TOP, high - low) - 1)[:TOP]
        rows: list[int] = self.passages.rows[low + top[np.argsort(-near[top])]].tolist()
        return rows

    def values(self, question: Question, *, words: bool) -> dict[str, Any]:
        """The statement's parameters; made once a question, before it is measured."""
        key = (id(question), words)
        if key not in self._values:
            self._values[key] = self._made_values(question, words=words)
        return self._values[key]

    def _made_values(self, question: Question, *, words: bool) -> dict[str, Any]:
        documents = self.loaded.by_tenant[question.tenant]
        return {
            "organisation": self.loaded.organisations[question.tenant],
            "source_sets": [self.loaded.sets[question.tenant]],
            "documents": documents,
            "meant": documents,
            "vector": question.vector,
            "outside": None,
            "apart": None,
            "terms": search_terms(question.words),
            "b": LENGTH_NORMALISATION,
            "candidates": CANDIDATES,
            "constant": RANK_CONSTANT,
            "rank": BY_RANK,
            "meaning": 1.0,
            "words": float(words),
            "limit": TOP,
        }

    def statement(self, question: Question) -> list[int]:
        """By meaning alone, on the shared shelf: the statement by itself."""
        return [self.row_of[row[0]] for row in NEAREST_SHARED.ask(self._ready(question, NEAREST_SHARED))]

    def ids(self, question: Question) -> list[int]:
        """The same without the passages: which ones they are."""
        return [number - 1 for (number,) in NEAREST_NUMBERS.ask(self._ready(question, NEAREST_NUMBERS))]

    def _ready(self, question: Question, statement: Statement) -> list[bytes | None]:
        key = id(question), statement
        if key not in self._packed:
            self._packed[key] = statement.packed(self.values(question, words=False))
        return self._packed[key]

    def vectors(self, question: Question) -> list[int]:
        """By meaning alone."""
        return [self.row_of[row[0]] for row in nearest_by_meaning(self.values(question, words=False))]

    def hybrid(self, question: Question) -> list[int]:
        """By meaning and by words."""
        return [self.row_of[row[0]] for row in found_passages(self.values(question, words=True))]

    def measure(self, questions: Sequence[Question], ways: dict[str, Way]) -> dict[str, Measured]:
        """Ask every question every way, batch by batch; a first round warms up and is left out."""
        made = {name: Measured(len(questions)) for name in ways}
        for number in range(ROUNDS + 1):
            for start in range(0, len(questions), BATCH):
                for name, way in ways.items():
                    for place in range(start, min(start + BATCH, len(questions))):
                        self._ask(questions[place], way, made[name], place, counts=number > 0)
        return made

    def _ask(self, question: Question, way: Way, into: Measured, place: int, *, counts: bool) -> None:
        if way == self.numpy:
            cpu, began = time.process_time(), time.perf_counter()
            found = way(question)
            seconds, spent = time.perf_counter() - began, time.process_time() - cpu
        else:
            with tenant_scope(self.loaded.organisations[question.tenant]):
                server = server_seconds()
                cpu, began = time.process_time(), time.perf_counter()
                found = way(question)
                seconds, spent = time.perf_counter() - began, time.process_time() - cpu
                spent += server_seconds() - server
        into.recall[place] = len(question.truth.intersection(found)) / len(question.truth)
        if counts:
            into.seconds[place] = min(into.seconds[place], seconds)
            into.cpu[place] = min(into.cpu[place], spent)


def server_seconds() -> float:
    """Of the processor, that the server's process of this connection has taken."""
    backend = connection.connection.info.backend_pid
    return int(Path(f"/proc/{backend}/schedstat").read_text().split()[0]) / 1e9


def sizes(admin: psycopg.Connection[Any]) -> dict[str, float]:
    """Bytes a passage of the tables and their indexes."""
    row = admin.execute(
        "SELECT count(*), avg(pg_column_size(embedding)), (SELECT avg(pg_column_size(terms)) FROM knowledge_words_0),"
        " pg_table_size('knowledge_shelf_0'), pg_table_size('knowledge_words_0'),"
        " pg_indexes_size('knowledge_shelf_0') + pg_indexes_size('knowledge_words_0'),"
        " pg_total_relation_size('knowledge_passage') FROM knowledge_shelf_0"
    ).fetchone()
    assert row
    count, vector, words, vectors, said, indexes, texts = map(float, row)
    return {
        "vector_bytes": vector,
        "words_bytes": words,
        "vector_row_bytes": vectors / count,
        "words_row_bytes": said / count,
        "index_bytes": indexes / count,
        "text_bytes": texts / count,
    }


def figures_of(made: dict[str, Measured], places: list[int]) -> dict[str, float]:
    """Recall, worst question and medians of one bucket and kind, and their ratios to numpy's."""

    def p50(name: str, what: str) -> float:
        return median(getattr(made[name], what)[place] for place in places)

    found: dict[str, float] = {}
    for name, one in made.items():
        found |= {f"{name}_us": 1e6 * p50(name, "seconds"), f"{name}_cpu_us": 1e6 * p50(name, "cpu")}
        found[f"{name}_recall"] = sum(one.recall[place] for place in places) / len(places)
        found[f"{name}_worst"] = min(one.recall[place] for place in places)
    asked = "statement" if "statement" in made else "vectors"
    found["statement_us"] = found[f"{asked}_us"]
    found["p50_by_numpy"] = found[f"{asked}_us"] / found["numpy_us"]
    if "ids" in made:
        found["ids_by_numpy"] = found["ids_us"] / found["numpy_us"]
    found["cpu_by_numpy"] = found[f"{asked}_cpu_us"] / found["numpy_cpu_us"]
    found["hybrid_by_vectors"] = found["hybrid_cpu_us"] / found["vectors_cpu_us"]
    return found


class Asking(threading.Thread):
    """Asks about one tenant all the time, until it is told to stop.

    Attributes:
        answers: how many there were. lost: those that were empty, failed or left out more than half of the ten nearest.
        pause: seconds of the longest one. shortest: of the recalls.
    """

    def __init__(self, rig: Rig, questions: Sequence[Question]) -> None:
        super().__init__()
        self.rig, self.questions = rig, questions
        self.answers, self.lost, self.pause = 0, 0, 0.0
        self.stopping = threading.Event()

    def run(self) -> None:
        """Ask, question after question."""
        while not self.stopping.is_set():
            question = self.questions[self.answers % len(self.questions)]
            began = time.perf_counter()
            try:
                with tenant_scope(self.rig.loaded.organisations[question.tenant]):
                    found = self.rig.vectors(question)
            except Exception as error:  # whatever it is, the answer is lost
                print(f"lost: {error}", file=sys.stderr)
                found = []
            self.pause = max(self.pause, time.perf_counter() - began)
            self.lost += len(question.truth.intersection(found)) * 2 < len(question.truth)
            self.answers += 1
        connection.close()


def crossing(rig: Rig, questions: Sequence[Question]) -> dict[str, float]:
    """Move the largest set to a shelf of its own, while it is asked."""
    asking = Asking(rig, questions)
    asking.start()
    began = time.monotonic()
    try:
        for _ in range(20):
            move_set(
                organisation_id=rig.loaded.organisations[LARGEST], source_set_id=rig.loaded.sets[LARGEST]
            )
            with tenant_scope(rig.loaded.organisations[LARGEST]):
                sets = SourceSet.objects.for_organisation(rig.loaded.organisations[LARGEST])
                if sets.get(pk=rig.loaded.sets[LARGEST]).shelf:
                    break
        else:
            raise SystemExit("The largest set does not come to a shelf of its own.")
        took = time.monotonic() - began
        time.sleep(1)
    finally:
        asking.stopping.set()
        asking.join()
    return {
        "move_seconds": took,
        "move_answers": asking.answers,
        "move_lost": asking.lost,
        "move_longest_pause_ms": 1000 * asking.pause,
    }


def main(count: int, each: int) -> None:
    """Load, measure, move, measure again."""
    rig = Rig(count)
    ways: dict[str, Way] = {"numpy": rig.numpy, "vectors": rig.vectors, "hybrid": rig.hybrid}
    questions = rig.passages.questions(each)
    tell(f"{len(questions)} questions, {ROUNDS + 1} rounds")
    made = rig.measure(questions, ways | {"statement": rig.statement, "ids": rig.ids})
    buckets = {
        f"{name}, {kind}": figures_of(made, places)
        for name, _ in BOUNDS
        for kind in ("on", "off")
        if (places := [i for i, q in enumerate(questions) if (q.bucket, q.kind) == (name, kind)])
    }
    about = rig.passages.questions_of(LARGEST, each)
    on_topic = [question for question in about if question.kind == "on"]
    tell("the largest set moves to a shelf of its own")
    moved = crossing(rig, on_topic)
    tell(f"moved in {moved['move_seconds']:.0f} s")
    made = rig.measure(about, ways)
    shelf = {
        f"own shelf, {kind}": figures_of(made, [i for i, q in enumerate(about) if q.kind == kind])
        for kind in ("on", "off")
    }
    print(
        json.dumps(
            {
                "buckets": buckets | shelf,
                "move": moved,
                "sizes": rig.sizes | {"load_us": 1e6 * rig.loaded.seconds / count},
                "largest": len(rig.passages.of(LARGEST)),
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
