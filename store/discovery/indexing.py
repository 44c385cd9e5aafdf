"""Writing a listing's words down for searching."""

import re
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import (
    SearchConfig,
    SearchVector,
    SearchVectorCombinable,
    SearchVectorField,
)
from django.db.models import Func, TextField, Value

from kernel.text import CJK, has_cjk, search_terms
from store.models import Listing

CONFIG = "english"
MOST_TOPICS = 4000
MOST_SYLLABLES, RUNS = 16, (1, 2, 3, 4)
TEXTS = ArrayField(TextField())
_CHARACTER = re.compile(f"[{CJK}]")


def index_listing(listing: Listing) -> None:
    """Write a listing's words down: its name counts most, then its tagline, its creator and starters, its description and topics.

    A trigger of the database takes them over into the entry of a public one.
    """
    category = f"{listing.category} {listing.shelf.label}"
    starters = " ".join(map(str, listing.publication.starters))
    parts = (
        (f"{listing.name} {single_characters(listing.name)}", "A"),
        (f"{listing.tagline} {category} {single_characters(listing.tagline)} {spelt(listing.name)}", "B"),
        (f"{listing.creator_name} {starters}", "C"),
        (f"{listing.description} {listing.topics[:MOST_TOPICS]}", "D"),
    )
    vectors = [
        SearchVector(Value(search_terms(text)), weight=weight, config=CONFIG) for text, weight in parts
    ]
    words: Any = vectors[0]
    for vector in [*vectors[1:], Marks(spoken_beside(listing))]:
        words = words + vector
    Listing.objects.for_organisation(listing.organisation_id).filter(pk=listing.pk).update(search=words)


class Marks(SearchVectorCombinable, Func):
    """Words that nobody types, each as it is."""

    function = "array_to_tsvector"
    output_field = SearchVectorField()

    def __init__(self, *expressions: Any) -> None:
        marks = [one if hasattr(one, "resolve_expression") else Value(one, TEXTS) for one in expressions]
        super().__init__(*marks)
        self.config = SearchConfig.from_parameter(CONFIG)


def spoken_beside(listing: Listing) -> list[str]:
    """Marks of the languages that it answers in beside its own, as what searches and lists by language go by.

    `:lde` is the mark of what speaks German, its own language or not; `:bde` and `:bde-at` say that it does so beside.
    """
    own = listing.language.lower()
    beside = [code for code in map(str.lower, listing.languages) if code != own]
    tongues = dict.fromkeys(code.split("-")[0][:8] for code in beside)
    return [*(f":l{one}" for one in tongues), *(f":b{one}" for one in dict.fromkeys([*tongues, *beside]))]


def spelt(name: str) -> str:
    """How a Chinese name is typed in Latin letters: runs of its syllables in pinyin, whole, and its initials; empty for others."""
    if not has_cjk(name):
        return ""
    from pypinyin import lazy_pinyin  # its tables take time and memory, and most names need none

    syllables = [
        sound for sound in lazy_pinyin(name, errors="ignore") if sound.isascii() and sound.isalpha()
    ][:MOST_SYLLABLES]
    runs = ["".join(syllables[start : start + length]) for length in RUNS for start in range(len(syllables))]
    whole = ["".join(syllables), "".join(sound[0] for sound in syllables)]
    return " ".join(dict.fromkeys([*runs, *whole]))


def single_characters(text: str) -> str:
    """The Chinese, Japanese and Korean characters of a text one by one, so that a query of one character finds it too."""
    return " ".join(dict.fromkeys(_CHARACTER.findall(text)))
