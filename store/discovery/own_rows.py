"""Finding listings by words among an organisation's own, in any language, even misspelt: few enough to read them all."""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import Case, F, FloatField, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Concat, Greatest

from kernel.text import search_terms
from store.discovery.indexing import CONFIG
from store.models import Listing

SIMILAR_NAME, SIMILAR_TAGLINE = 0.3, 0.5
MAX_QUERY = 200
_TOKENS = re.compile(r"\w+")


def matching(rows: QuerySet[Listing], query: str) -> QuerySet[Listing]:
    """The rows that match some words of a query, or whose name or tagline looks like it, with their `score`."""
    text = query.replace("\x00", "").strip()[:MAX_QUERY]
    words = _TOKENS.findall(search_terms(text))
    if not words:
        return rows.annotate(score=Value(0.0, output_field=FloatField()))
    some = SearchQuery(" | ".join(map(_or_longer, words)), config=CONFIG, search_type="raw")
    every = SearchQuery(" & ".join(words), config=CONFIG, search_type="raw")
    scored = rows.annotate(
        by_name=_similarity(text, F("name")),
        by_tagline=_similarity(text, Concat("tagline", Value(" "), "creator_name")),
    ).annotate(score=_score(some, every))
    return scored.filter(Q(search=some) | Q(by_name__gte=SIMILAR_NAME) | Q(by_tagline__gte=SIMILAR_TAGLINE))


def _or_longer(word: str) -> str:
    """A Latin word may go on; so may a single Chinese character, as words are kept in pairs of them."""
    return f"{word}:*" if word.isascii() or len(word) == 1 else word


def _similarity(text: str, expression: Any) -> Any:
    return TrigramWordSimilarity(text, expression)


def _score(some: SearchQuery, every: SearchQuery) -> Any:
    # Whoever has all the words stands before whoever has some, and both before names that only look alike.
    words = _when(every, 2.0) + _when(some, 1.0)
    rank = SearchRank(F("search"), every) * Value(2.0) + SearchRank(F("search"), some)
    return Cast(words + rank + Greatest(F("by_name") * Value(1.5), F("by_tagline")), FloatField())


def _when(query: SearchQuery, worth: float) -> Any:
    return Case(When(search=query, then=Value(worth)), default=Value(0.0), output_field=FloatField())
