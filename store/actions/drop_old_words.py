"""Drop the words that no public listing says any more: an unknown word has not meant them."""

from django.db import connection

from kernel.tenancy import across_organisations
from kernel.text import search_terms
from store.discovery.indexing import CONFIG
from store.models import StoreWord

WHY = "words of the whole store"
BATCH = 2000
# Words that a search never looks for have no query, and stay: they are few.
_UNSAID = """
SELECT asked.word FROM unnest(%(words)s::text[], %(terms)s::text[]) asked (word, terms)
CROSS JOIN LATERAL plainto_tsquery(%(config)s::regconfig, asked.terms) query
WHERE numnode(query) > 0 AND NOT EXISTS (SELECT FROM store_entrywords e WHERE e.words @@ query)
"""


def drop_old_words() -> int:
    """Drop them, a batch a transaction; returns how many went.

    A word that a listing begins to say in this very moment may go with them, until that listing is written again.
    """
    dropped, last = 0, ""
    while True:
        with across_organisations(reason=WHY, durable=True):
            rows = StoreWord.objects.filter(word__gt=last).order_by("word")
            words = list(rows.values_list("word", flat=True)[:BATCH])
            if words:
                gone, _by_model = StoreWord.objects.filter(word__in=_unsaid(words)).delete()
                dropped += gone
        if len(words) < BATCH:
            return dropped
        last = words[-1]


def _unsaid(words: list[str]) -> list[str]:
    terms = [search_terms(word) for word in words]
    with connection.cursor() as cursor:
        cursor.execute(_UNSAID, {"words": words, "terms": terms, "config": CONFIG})
        return [row[0] for row in cursor.fetchall()]
