"""What happened to a listing, for those who read its page: versions with their words, what grew, and when people looked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from assistants.building.queries import PublicChange, changes_for_readers
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from store.disclosing.widening import in_sentences
from store.models import Case, Decision, Install, Listing, Use, Widening, WideningSeen

VERSIONS = 5
LOOKED = (Decision.Outcome.APPROVE, Decision.Outcome.RESTORE)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in the change log. `widened`: what it does more with data, as sentences."""

    number: int
    at: datetime | None
    words: str
    widened: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class History:
    """What a listing's page tells of its past.

    Attributes:
        reviewed_at: when a moderator last looked and was content; None where none did.
    """

    versions: Sequence[VersionLine]
    reviewed_at: datetime | None
    widenings: Sequence[Widening] = field(default_factory=tuple)


def history_of(listing: Listing) -> History:
    """The past of a listing that the caller may see. Opens the scope of its own organisation, which readers need not be in."""
    changes = changes_for_readers(listing.publication, limit=VERSIONS)
    with tenant_scope(listing.organisation_id):
        rows = Widening.objects.for_organisation(listing.organisation_id).filter(listing=listing)
        widenings = list(rows.order_by("-id")[:VERSIONS]) if listing.widened_at else []
        decided = Decision.objects.for_organisation(listing.organisation_id).filter(
            case__listing=listing, case__review=None, outcome__in=LOOKED, is_final=True
        )
        reviewed_at = (
            decided.exclude(case__kind=Case.Kind.REVIEW)
            .order_by("-id")
            .values_list("created_at", flat=True)
            .first()
        )
    return History(_lines(listing, changes, widenings), reviewed_at, widenings)


def _lines(
    listing: Listing, changes: Sequence[PublicChange], widenings: Sequence[Widening]
) -> list[VersionLine]:
    words = {listing.version_number: (listing.version_at, listing.version_note)}
    words |= {one.version: (one.at, one.words) for one in changes if one.version not in words}
    grown = {one.version_number: one for one in widenings}
    for number, one in grown.items():
        words.setdefault(number, (one.created_at, ""))
    return [
        VersionLine(
            number,
            *words[number],
            widened=in_sentences(grown[number].changes) if number in grown else (),
        )
        for number in sorted(words, reverse=True)
    ]


def news_for(actor: Actor, listing: Listing, history: History) -> list[str]:
    """What a listing does more with data since the actor began to rely on it and did not read yet; in their open scope."""
    if not history.widenings or actor.user is None:
        return []
    own = {"user": actor.user}
    pins = Install.objects.for_organisation(actor.organisation).filter(**own, listing_id=listing.public_id)
    uses = Use.objects.for_organisation(actor.organisation).filter(
        **own, publication_id=listing.publication.public_id
    )
    since = [*pins.values_list("created_at", flat=True), *uses.values_list("first_at", flat=True)]
    if not since:
        return []
    seen = WideningSeen.objects.for_organisation(actor.organisation).filter(
        **own, listing_id=listing.public_id
    )
    known = max(min(since), seen.values_list("seen_at", flat=True).first() or min(since))
    return [
        sentence
        for one in history.widenings
        if one.created_at > known
        for sentence in in_sentences(one.changes)
    ]
