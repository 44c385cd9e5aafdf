"""Words for the index, as PostgreSQL sees them: stemmed, with a class that says whether the text or only its headings have them."""

from collections.abc import Sequence

import orjson
from django.db import connection
from psycopg import Cursor

from kernel.text import search_terms

# Text is of class A, the heading and the document's title of class D.
VECTOR = "setweight(to_tsvector('english', {0}), 'A') || setweight(to_tsvector('english', {1}), 'D')"
_WORDS = f"SELECT {VECTOR.format('p->>0', 'p->>1')} FROM json_array_elements(%s::text::json) p"  # noqa: S608 - constants


def said_and_named(text: str, heading: str, title: str) -> tuple[str, str]:
    """What a passage's words are made of.

    Args:
        title: the document's, made ready by `search_terms`.
    """
    return search_terms(text), f"{title} {heading}"


def words_of(passages: Sequence[tuple[str, str]]) -> list[bytes]:
    """The `tsvector` of each passage, as PostgreSQL sends it in binary. Needs no open transaction.

    Args:
        passages: some hundreds, as `said_and_named` gives them.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(_WORDS, [orjson.dumps(passages).decode()], binary=True)
        return [words for (words,) in cursor.fetchall()]
