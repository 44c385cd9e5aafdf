"""The pills above a list of reviews: how to order them, of how many stars, of which version."""

from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from store.models import Listing
from store.reviews.queries import Wish, shown_reviews

SORT_LABELS: dict[str, str | Promise] = {
    "helpful": gettext_lazy("Most helpful"),
    "new": gettext_lazy("Newest"),
    "best": gettext_lazy("Best first"),
    "worst": gettext_lazy("Worst first"),
}
MOST_VERSIONS = 6


@dataclass(frozen=True, slots=True)
class Pill:
    """A pill: its words, where it leads, and whether it is the present one."""

    label: str | Promise
    url: str
    current: bool


def filters_of(listing: Listing, wish: Wish, path: str) -> dict[str, Any]:
    """What the page of reviews offers, by `sorts`, `star_filters` and `version_filters`."""
    every_version = shown_reviews(listing).order_by("-version_number")
    versions = list(every_version.values_list("version_number", flat=True).distinct()[:MOST_VERSIONS])
    return {
        "wish": wish,
        "sorts": [
            Pill(label, address(path, replace(wish, sort=name)), name == wish.sort)
            for name, label in SORT_LABELS.items()
        ],
        "star_filters": [
            Pill(_("All stars"), address(path, replace(wish, stars=0)), not wish.stars),
            *(
                Pill(
                    ngettext("%(stars)d star", "%(stars)d stars", stars) % {"stars": stars},
                    address(path, replace(wish, stars=stars)),
                    stars == wish.stars,
                )
                for stars in range(5, 0, -1)
            ),
        ],
        "version_filters": [
            Pill(_("All versions"), address(path, replace(wish, version=0)), not wish.version),
            *(
                Pill(
                    _("Version %(number)d") % {"number": number},
                    address(path, replace(wish, version=number)),
                    number == wish.version,
                )
                for number in versions
            ),
        ]
        if len(versions) > 1
        else [],
    }


def address(path: str, wish: Wish) -> str:
    """The address of a list of reviews."""
    query = QueryDict(mutable=True)
    for name in ("sort", "stars", "version"):
        if value := getattr(wish, name):
            query[name] = str(value)
    return f"{path}?{query.urlencode()}"
