"""The statement that ranks passages by meaning and by words, fuses both, and gives their text.

The work is done by functions of the database, which are planned once a connection. A passage's place in a ranking counts by
reciprocal rank (Cormack, Clarke and Büttcher 2009), its distance from the best by its share of the way from the last
candidate to the first (relative score fusion): ranks alone make nothing of a first one that stands far above the second.

Small sets are searched in a tenth of a millisecond, so what lies around the search counts: parameters and rows travel in
binary, and past Django's and psycopg's cursors, which would take as long again. Statements are prepared by name only where
`DATABASE_PREPARES` says that no transaction pooler stands between, who would hand on a connection that does not know them.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from time import monotonic
from typing import Any, cast

import numpy as np
import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.abc import Transformer as Reader
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn, PGresult

from assistants.knowledge.retrieval.names import document_names

# The header of an array of one dimension without nulls, up to its length; each element follows its own length.
_ARRAY = struct.Struct(">iiIii")
_BIGINTS, _FLOATS, _REALS = (np.dtype([("size", ">i4"), ("value", kind)]) for kind in (">i8", ">f8", ">f4"))
_HALFVEC = struct.Struct(">hh")
_BIGINT, _INTEGER, _FLOAT = struct.Struct(">q"), struct.Struct(">i"), struct.Struct(">d")


def _array(element: np.dtype[Any], oid: int) -> Callable[[Sequence[float]], bytes]:
    def packed(values: Sequence[float]) -> bytes:
        made = np.empty(len(values), element)
        made["size"], made["value"] = element["value"].itemsize, values
        return _ARRAY.pack(1, 0, oid, len(values), 1) + made.tobytes()

    return packed


def _halfvec(vector: Sequence[float]) -> bytes:
    with np.errstate(over="ignore"):  # the database says what is wrong with an infinite one
        return _HALFVEC.pack(len(vector), 0) + np.asarray(vector, np.float16).byteswap().tobytes()


_PACKERS: dict[str, Callable[[Any], bytes]] = {
    "bigint": _BIGINT.pack,
    "bigint[]": _array(_BIGINTS, psycopg.adapters.types["int8"].oid),
    "float8": _FLOAT.pack,
    "float8[]": _array(_FLOATS, psycopg.adapters.types["float8"].oid),
    "halfvec": _halfvec,
    "int": _INTEGER.pack,
    "real[]": _array(_REALS, psycopg.adapters.types["float4"].oid),
    "text": str.encode,
}
_DOCUMENT = 9  # where a row that was found has its document's key
_APART_SECONDS, _APART_MOST = 60.0, 1_000


@dataclass(slots=True)
class _Kept:
    """Of a statement on a connection: whether the server knows it by its name, and what reads its rows."""

    is_prepared: bool = False
    reader: Reader | None = None


class Statement:
    """A function of the database that finds passages."""

    def __init__(self, function: str, **parameters: str) -> None:
        """Prepare its call.

        Args:
            parameters: in the function's order, by the names that `run` is given values by; what their types are.
        """
        self._packers = [(name, _PACKERS[type_]) for name, type_ in parameters.items()]
        values = ", ".join(f"${place}::{type_}" for place, type_ in enumerate(parameters.values(), 1))
        self._name = function.encode()
        self._text = f"SELECT * FROM {function}({values})".encode()  # noqa: S608 - of this module

    def run(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Call it in the open scope, and give its rows.

        Args:
            values: of the parameters, and maybe others.
        """
        return self.ask(self.packed(values))

    def packed(self, values: Mapping[str, Any]) -> list[bytes | None]:
        """The parameters as they travel."""
        return [None if values[name] is None else pack(values[name]) for name, pack in self._packers]

    def ask(self, given: list[bytes | None]) -> list[tuple[Any, ...]]:
        """Call it with parameters that are packed, in the open scope, and give its rows."""
        database = connections[DEFAULT_DB_ALIAS]  # looked up once: that takes a microsecond each time
        database.validate_no_broken_transaction()
        on: psycopg.Connection[Any] = database.connection
        # What is kept of a statement lives as long as its connection.
        kept: dict[bytes, _Kept] = on.__dict__.setdefault("bottega_statements", {})
        own = kept.setdefault(self._name, _Kept())
        with database.wrap_database_errors:
            answer = self._asked(on.pgconn, given, own)
        if own.reader is None:
            own.reader = Transformer(on)
            own.reader.set_pgresult(answer)
        else:
            own.reader.set_pgresult(answer, set_loaders=False)
        rows: list[tuple[Any, ...]] = own.reader.load_rows(0, answer.ntuples, tuple)
        return rows

    def _asked(self, server: PGconn, given: list[bytes | None], own: _Kept) -> PGresult:
        binary = [Format.BINARY] * len(given)
        if not settings.DATABASE_PREPARES:
            return _checked(server.exec_params(self._text, given, None, binary, Format.BINARY))
        if not own.is_prepared:
            _checked(server.prepare(self._name, self._text))
            own.is_prepared = True
        return _checked(server.exec_prepared(self._name, cast("list[bytes]", given), binary, Format.BINARY))


def _checked(answer: PGresult) -> PGresult:
    if answer.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        raise psycopg.errors.error_from_result(answer)
    return answer


# organisation, source_sets, documents: whose rows, of which sets and documents; meant: the documents whose vectors are of the
#     question's model.
# vector: the question's, or None; outside, apart: keys of passages and their distances, where another vector store has
#     ranked them, and None where the vectors here are compared. terms: the question as search terms.
# b: how much a long passage's words count less, 0 to 1.
# candidates: taken from each ranking. constant: of reciprocal rank. rank: what of a weight goes by rank, 0 to 1.
# meaning, words: weights of the rankings, not both 0.
_FOUND = Statement(
    "knowledge_found",
    organisation="bigint",
    source_sets="bigint[]",
    documents="bigint[]",
    meant="bigint[]",
    vector="halfvec",
    outside="bigint[]",
    apart="float8[]",
    terms="text",
    b="float8",
    candidates="int",
    constant="float8",
    rank="float8",
    meaning="float8",
    words="float8",
    limit="int",
)
# By meaning alone, with a vector, on the shared shelf: the same in less time.
_OF_NEAREST = {
    "organisation": "bigint",
    "source_sets": "bigint[]",
    "meant": "bigint[]",
    "vector": "halfvec",
    "candidates": "int",
    "limit": "int",
}
_NEAREST = Statement("knowledge_nearest", **_OF_NEAREST)
NEAREST_SHARED = Statement("knowledge_nearest_shared", **_OF_NEAREST)
_DISTANCE = itemgetter(11)
# Sets that had nothing on the shared shelf, and until when they are not looked for there: after one has left, all that it had
# would be passed over again and again, until the rows are cleared away.
_apart: dict[int, float] = {}


def found_passages(values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Find passages by meaning and by words, best first, in the open scope.

    Args:
        values: of the parameters above.

    Returns:
        Rows with the fields of a RetrievedPassage, then document's key, ordinal and section, places by meaning and by words
        (None where it is not among the candidates), and cosine distance (None without a vector).
    """
    found = _FOUND.run(values)
    names = document_names(values["organisation"], {row[_DOCUMENT] for row in found})
    return [(row[0], *names[row[_DOCUMENT]], *row[1:]) for row in found if row[_DOCUMENT] in names]


def nearest_by_meaning(values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Find passages by meaning alone, with a vector: the rows that `found_passages` gives then, in less time."""
    if not _is_apart(values["source_sets"]):
        # What has a row on the shared shelf has all of them there, so a set by itself need not be looked up.
        alone = settings.DATABASE_PREPARES and len(values["source_sets"]) == 1
        if near := (NEAREST_SHARED if alone else _NEAREST).run(values):
            return _ranked(near, values)
    found = found_passages(
        {**values, "documents": values["meant"], "terms": "", "b": 0.0, "meaning": 1.0, "words": 0.0}
    )
    if found:
        _note_apart(values["source_sets"])
    return found


def _ranked(near: list[tuple[Any, ...]], values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Rows as a search gives them: what a place and a distance count is said where the database does the same."""
    names = document_names(values["organisation"], {row[8] for row in near})
    near.sort(key=_DISTANCE)  # they come so, as long as the database joins them one after another
    best, worst = near[0][11], near[0][12]
    rank, constant, span = values["rank"], values["constant"], worst - best
    share, first = 1 - rank, rank * (constant + 1)
    return [
        (
            row[0],
            *names[row[8]],
            *row[1:5],
            first / (constant + place) + share * ((worst - row[11]) / span if span else 1.0),
            *row[5:11],
            place,
            None,
            row[11],
        )
        for place, row in enumerate(near, 1)
        if row[8] in names
    ]


def _is_apart(source_sets: Sequence[int]) -> bool:
    return bool(_apart) and len(source_sets) == 1 and _apart.get(source_sets[0], 0.0) > monotonic()


def _note_apart(source_sets: Sequence[int]) -> None:
    if len(source_sets) == 1:
        if len(_apart) >= _APART_MOST:
            _apart.clear()
        _apart[source_sets[0]] = monotonic() + _APART_SECONDS
