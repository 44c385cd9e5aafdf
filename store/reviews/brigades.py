"""Who counts how much among those who rate, and which reviews are looked at before they are shown.

Four signs, none of which a single honest person notices: how old the account is, how many others of the same organisation have
rated the listing, whether far more reviews come in than usual, and whether somebody else has written nearly the same.
"""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from store.models import Listing, Review

YOUNG, NEW = timedelta(days=30), timedelta(days=7)
# A burst: at least so many in a day, and so many times the usual of the four weeks before.
BURST_WINDOW, USUAL_WINDOW = timedelta(days=1), timedelta(days=28)
BURST_LEAST, BURST_TIMES = 10, 5
# Texts that share so much of their runs of three characters are one text; shorter ones are alike by chance.
ALIKE, SHORTEST_ALIKE = 0.7, 20
COMPARED, COMPARED_FOR = 200, timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a review counts for, from 0 to 1 in quarters, and the signs for which it is held: burst, similar."""

    weight: float
    signs: tuple[str, ...] = ()


def judge(listing: Listing, review: Review, *, joined_at: datetime, now: datetime) -> Verdict:
    """Weigh a review that is about to be saved, in the scope of its listing's organisation.

    Args:
        joined_at: when its author's account was made.
    """
    rows = Review.objects.for_organisation(listing.organisation_id).exclude(user_id=review.user_id)
    signs = []
    if review._state.adding and _bursts(listing, now):
        signs.append("burst")
    if _repeats(rows, review.text, now):
        signs.append("similar")
    if "similar" in signs:
        return Verdict(0.0, tuple(signs))
    others = rows.filter(listing=listing, from_organisation=review.from_organisation, weight__gt=0).count()
    return Verdict(weigh(age=now - joined_at, others=others), tuple(signs))


def weigh(*, age: timedelta, others: int) -> float:
    """What somebody's stars count for, rounded down to quarters.

    Args:
        age: of the account: a new one counts a quarter, a young one a half.
        others: how many of the same organisation have rated the same listing: the nth counts 1/n.
    """
    by_age = 1.0 if age >= YOUNG else 0.5 if age >= NEW else 0.25
    return int(4 * by_age / (1 + others)) / 4


def alike(first: str, second: str) -> float:
    """How much two texts share of their runs of three letters and digits: Jaccard's index, 0 to 1."""
    one, other = _runs(first), _runs(second)
    return len(one & other) / len(one | other) if one and other else 0.0


def _bursts(listing: Listing, now: datetime) -> bool:
    rows = Review.objects.for_organisation(listing.organisation_id).filter(listing=listing)
    since = now - BURST_WINDOW
    counted = rows.filter(created_at__gte=since - USUAL_WINDOW).aggregate(
        lately=Count("pk", filter=Q(created_at__gte=since)),
        before=Count("pk", filter=Q(created_at__lt=since)),
    )
    usual = counted["before"] * (BURST_WINDOW / USUAL_WINDOW)
    return bool(counted["lately"] + 1 > max(BURST_LEAST, BURST_TIMES * usual))


def _repeats(rows: QuerySet[Review], text: str, now: datetime) -> bool:
    if len(_kept(text)) < SHORTEST_ALIKE:
        return False
    recent = rows.filter(created_at__gte=now - COMPARED_FOR).exclude(text="")
    texts = recent.order_by("-created_at", "-id").values_list("text", flat=True)[:COMPARED]
    return any(alike(text, other) >= ALIKE for other in texts)


def _kept(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def _runs(text: str) -> set[str]:
    kept = _kept(text)
    return {kept[at : at + 3] for at in range(len(kept) - 2)}
