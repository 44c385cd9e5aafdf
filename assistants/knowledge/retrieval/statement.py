"""The statement that ranks passages by meaning and by words, fuses both, and gives their text.

The work is done by functions of the database, which are planned once a connection. A passage's place in a ranking counts by
reciprocal rank (Cormack, Clarke and Büttcher 2009), its distance from the best by its share of the way from the last
candidate to the first (relative score fusion): ranks alone make nothing of a first one that stands far above the second.

Small sets are searched in a tenth of a millisecond, so what lies around the search counts: parameters and rows travel in
binary, and past Django's and psycopg's cursors, which would take as long again. Nothing is prepared by name: a transaction
pooler may stand between.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import psycopg
from django.db import connection
from psycopg.adapt import Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGconn

# The header of an array of one dimension without nulls, up to its length; each element follows its own length.
_ARRAY = struct.Struct(">iiIii")
_BIGINTS, _FLOATS, _REALS = (np.dtype([("size", ">i4"), ("value", kind)]) for kind in (">i8", ">f8", ">f4"))
_BIGINT, _INTEGER, _FLOAT = struct.Struct(">q"), struct.Struct(">i"), struct.Struct(">d")


def _array(element: np.dtype[Any], oid: int) -> Callable[[Sequence[float]], bytes]:
    def packed(values: Sequence[float]) -> bytes:
        made = np.empty(len(values), element)
        made["size"], made["value"] = element["value"].itemsize, values
        return _ARRAY.pack(1, 0, oid, len(values), 1) + made.tobytes()

    return packed


def _halfvec(vector: Sequence[float]) -> bytes:
    with np.errstate(over="ignore"):  # the database says what is wrong with an infinite one
        return struct.pack(">hh", len(vector), 0) + np.asarray(vector, ">f2").tobytes()


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


class Statement:
    """A function of the database that finds passages."""

    def __init__(self, function: str, **parameters: str) -> None:
        """Prepare its call.

        Args:
            parameters: in the function's order, by the names that `run` is given values by; what their types are.
        """
        self._packers = [(name, _PACKERS[type_]) for name, type_ in parameters.items()]
        values = ", ".join(f"${place}::{type_}" for place, type_ in enumerate(parameters.values(), 1))
        self._text = f"SELECT * FROM {function}({values})".encode()  # noqa: S608 - of this module

    def run(self, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Find passages, best first, in the open scope.

        Args:
            values: of the parameters, and maybe others.

        Returns:
            Rows with the fields of a RetrievedPassage, then document's key, ordinal and section, places by meaning and by
            words (None where it is not among the candidates), and cosine distance (None without a vector).
        """
        given = [None if values[name] is None else pack(values[name]) for name, pack in self._packers]
        connection.validate_no_broken_transaction()
        server: PGconn = connection.connection.pgconn
        with connection.wrap_database_errors:
            answer = server.exec_params(self._text, given, None, [Format.BINARY] * len(given), Format.BINARY)
            if answer.status != ExecStatus.TUPLES_OK:
                raise psycopg.errors.error_from_result(answer)
        reader = Transformer(connection.connection)
        reader.set_pgresult(answer)
        return reader.load_rows(0, answer.ntuples, tuple)


# organisation, source_sets, documents: whose rows, of which sets and documents; meant: the documents whose vectors are of the
#     question's model.
# vector: the question's, or None; outside, apart: keys of passages and their distances, where another vector store has
#     ranked them, and None where the vectors here are compared. terms: the question as search terms.
# weights: what a word counts by its class, D to A: see PostgreSQL's `ts_rank`. b: how much a long passage's words count
#     less, 0 to 1.
# candidates: taken from each ranking. constant: of reciprocal rank. rank: what of a weight goes by rank, 0 to 1.
# meaning, words: weights of the rankings, not both 0.
SEARCH = Statement(
    "knowledge_found",
    organisation="bigint",
    source_sets="bigint[]",
    documents="bigint[]",
    meant="bigint[]",
    vector="halfvec",
    outside="bigint[]",
    apart="float8[]",
    terms="text",
    weights="real[]",
    b="float8",
    candidates="int",
    constant="float8",
    rank="float8",
    meaning="float8",
    words="float8",
    limit="int",
)
# By meaning alone, with a vector: the same rows in less time.
NEAREST = Statement(
    "knowledge_nearest",
    organisation="bigint",
    source_sets="bigint[]",
    meant="bigint[]",
    vector="halfvec",
    candidates="int",
    constant="float8",
    rank="float8",
    limit="int",
)
