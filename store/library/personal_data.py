"""What the library holds about a person."""

from typing import Any

from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations
from store.models import Collection, Install, Pass, ShareLink

REASON = "all that is held about a person"
KEPT = (Install, Pass, ShareLink, Collection)


def export(user_id: int) -> dict[str, Any]:
    """What a person pinned and collected, and the links that they made or opened, in every organisation."""
    with across_organisations(reason=REASON):
        pins, passes, links, collections = (
            model.objects.across_organisations(reason=REASON)
            .filter(user_id=user_id)
            .order_by("created_at", "pk")
            for model in KEPT
        )
        return {
            "pins": [{"listing": pin.listing_id, "name": pin.name} for pin in pins],
            "collections": [
                {
                    "name": one.name,
                    "about": one.about,
                    "listings": list(one.items.order_by("order").values_list("listing_id", flat=True)),
                }
                for one in collections
            ],
            "links": [
                {"id": link.public_id, "until": link.expires_at.isoformat(), "opened": link.opened}
                for link in links
            ],
            "opened": [{"assistant": taken.slug, "until": taken.expires_at.isoformat()} for taken in passes],
        }


def erase(user_id: int) -> None:
    """Forget all of it; links that the person made end with it."""
    with across_organisations(reason=REASON, durable=True):
        for model in KEPT:
            model.objects.across_organisations(reason=REASON).filter(user_id=user_id).delete()


HOLDER = PersonalDataHolder("library", export, erase)
