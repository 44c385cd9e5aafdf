"""What a change of the policy about the public store would take away from people."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from kernel.registries import PolicyImpact
from organisations.models import Organisation
from organisations.policy import PolicyDocument
from store.directories.queries import allowed_listings, requirements
from store.directories.reach import CHOSEN, EVERYTHING, NOTHING
from store.models import Install, Listing

NAMES_SHOWN = 10
_WIDTH = {EVERYTHING: 2, CHOSEN: 1, NOTHING: 0}


def _pins_lost(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    if _WIDTH[new.store.public] >= _WIDTH[old.store.public]:
        return ()
    own = Listing.objects.for_organisation(organisation).values("public_id")
    lost = Install.objects.for_organisation(organisation).exclude(listing_id__in=own)
    if new.store.public == CHOSEN:
        lost = lost.exclude(listing_id__in=allowed_listings(organisation).values("listing_id"))
    names = sorted(set(lost.values_list("name", flat=True)))
    sentence = ngettext(
        "%(count)s assistant of the public store that people pinned would answer no more: %(names)s.",
        "%(count)s assistants of the public store that people pinned would answer no more: %(names)s.",
        len(names),
    )
    shown = ", ".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
    return [sentence % {"count": len(names), "names": shown}] if names else ()


def _required_lost(organisation: Organisation, old: PolicyDocument, new: PolicyDocument) -> Sequence[str]:
    if _WIDTH[new.store.public] >= _WIDTH[old.store.public]:
        return ()
    own = Listing.objects.for_organisation(organisation).values("public_id")
    lost = requirements(organisation).exclude(listing_id__in=own)
    if new.store.public == CHOSEN:
        lost = lost.exclude(listing_id__in=allowed_listings(organisation).values("listing_id"))
    count = lost.values("listing_id").distinct().order_by().count()
    sentence = ngettext(
        "%(count)s assistant that people have to have is of the public store, and would leave their rails.",
        "%(count)s assistants that people have to have are of the public store, and would leave their rails.",
        count,
    )
    return [sentence % {"count": count}] if count else ()


IMPACTS = (
    PolicyImpact("store.pins", "store", _pins_lost),
    PolicyImpact("store.required", "store", _required_lost),
)
