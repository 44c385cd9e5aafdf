"""What a card shows of a listing, whichever table it was read from."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from billing.terms import price_in_words

FEWEST_SHOWN = 3


@dataclass(frozen=True)
class Card:
    """A listing in a list.

    Attributes:
        seed: of its picture. hosts: how many outside hosts it calls. writes: whether it may change something there.
        rating: the average of its stars to one decimal; None while there are too few.
        chats: how many were begun. price: what it costs, in words.
    """

    slug: str
    seed: str
    name: str
    tagline: str
    creator: str
    verified: bool
    free: bool
    language: str
    rating: float | None
    chats: int
    hosts: int
    writes: bool
    price_kind: str = ""
    price_amount: int = 0

    @property
    def price(self) -> str:
        """What it costs, for people."""
        return _("Free") if self.free else price_in_words(self.price_kind, self.price_amount)

    @classmethod
    def of(cls, row: Any, *, slug: str, seed: str, hosts: int, writes: bool) -> "Card":
        """The card of a row that has a listing's fields."""
        return cls(
            slug,
            seed,
            row.name,
            row.tagline,
            row.creator_name,
            row.is_verified,
            row.is_free,
            row.language,
            average(row.stars, row.reviews_count),
            row.conversations,
            hosts,
            writes,
            row.price_kind,
            row.price_amount,
        )


def average(stars: int, reviews: int) -> float | None:
    """Stars a review, to one decimal; None while there are too few reviews to say."""
    return round(stars / reviews, 1) if reviews >= FEWEST_SHOWN else None
