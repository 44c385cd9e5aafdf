"""Where a creator's own words and what was worked out from the assistant differ."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kernel.errors import Conflict, FieldError
from store.disclosing.claims import CLAIMS, Claim, known_places
from store.models import Listing

FIELDS = ("tagline", "description", "statements")
SERIOUS, MINOR = "serious", "minor"
_SENTENCE = re.compile(r"[^.!?。！？\n]+(?:[.!?](?!\s|$)[^.!?。！？\n]*)*[.!?。！？]?")
_EXCEPTION = re.compile(
    r"\b(?:except|apart from|other than|besides|aside from|but for|unless|only to)\b|除了|除外|除非|以外"
)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‑": "-", "‐": "-"})
_MANY_SPACES = re.compile(r"[^\S\n]+")


class WordsContradictFacts(Conflict):
    code = "statements_contradict"
    user_message = gettext_lazy("What you say about it and what it does differ. %(problems)s")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A claim against which a fact stands.

    Attributes:
        quote: the creator's words. fact: what was worked out, as a sentence.
        field: where the words stand. severity: `serious` stops publishing, `minor` is for moderators.
    """

    code: str
    quote: str
    fact: str
    field: str = ""
    severity: str = SERIOUS

    @property
    def sentence(self) -> str:
        """What differs, and what to change."""
        words = {"quote": self.quote, "fact": self.fact}
        if self.severity == MINOR:
            return _("It says “%(quote)s”. %(fact)s") % words
        return (
            _("You say “%(quote)s”. %(fact)s Change your words, or take out of the assistant what does that.")
            % words
        )


def contradictions(listing: Listing) -> list[Contradiction]:
    """Where a listing's own words differ from its publication's disclosure; the serious ones first.

    Its publication has to be loaded, or in the open scope.
    """
    words = {name: str(getattr(listing, name)) for name in FIELDS}
    return contradictions_in(words, listing.publication.disclosure or {})


def contradictions_in(words: Mapping[str, str], disclosure: Mapping[str, Any]) -> list[Contradiction]:
    """The same of words that are not saved yet.

    Args:
        words: texts by the names of their fields. disclosure: as `derive_disclosure` makes it.
    """
    places = [place for place in known_places(disclosure) if len(place) > 2]
    found = {
        (one.code, one.quote): one
        for name, text in words.items()
        for sentence in sentences(text)
        for one in _in_sentence(name, sentence, disclosure, places)
    }
    return sorted(found.values(), key=lambda one: one.severity != SERIOUS)


def check_words(words: Mapping[str, str], disclosure: Mapping[str, Any]) -> None:
    """Refuse words against which a fact stands.

    Raises:
        WordsContradictFacts: with the words, the fact and what to do; `errors` names the fields.
    """
    serious = [one for one in contradictions_in(words, disclosure) if one.severity == SERIOUS]
    if serious:
        errors = [FieldError(one.field, one.code, one.sentence) for one in serious]
        raise WordsContradictFacts(errors=errors, problems=" ".join(one.sentence for one in serious))


def check_listing(listing: Listing) -> None:
    """Refuse to publish a listing whose words a fact stands against.

    Raises:
        WordsContradictFacts: as `check_words`.
    """
    check_words({name: str(getattr(listing, name)) for name in FIELDS}, listing.publication.disclosure or {})


def is_held(listing: Listing) -> bool:
    """Whether its words have to be so now: it is open to others, or may be again without being submitted."""
    states = Listing.State
    return listing.state not in (states.DRAFT, states.CHANGES_REQUESTED, states.REJECTED)


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, folded so that disguises of letters and spaces make no difference."""
    plain = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    plain = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    # Lines are broken for the eye, also in the middle of a sentence; an empty one ends it.
    plain = re.sub(r"(?<!\n)\n(?!\s*\n|\s*[-*•])", " ", plain)
    for found in _SENTENCE.finditer(_MANY_SPACES.sub(" ", plain)):
        if sentence := found.group().strip():
            yield sentence


def _in_sentence(
    field: str, sentence: str, disclosure: Mapping[str, Any], places: Sequence[str]
) -> Iterator[Contradiction]:
    folded = sentence.lower()
    # Honest words name what they make an exception for.
    if _EXCEPTION.search(folded) and any(place in folded for place in places):
        return
    for claim in CLAIMS:
        found = _match(claim, folded)
        if found and (fact := claim.fact(disclosure, found)):
            quote = sentence[slice(*found.span())].strip() if len(folded) == len(sentence) else found.group()
            yield Contradiction(claim.code, quote, fact, field, MINOR if claim.minor else SERIOUS)


def _match(claim: Claim, sentence: str) -> re.Match[str] | None:
    return next(filter(None, (pattern.search(sentence) for pattern in claim.patterns)), None)
