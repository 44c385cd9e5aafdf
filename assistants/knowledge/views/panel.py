"""What the knowledge page's templates need."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from assistants.knowledge.files import largest_file_mb
from assistants.knowledge.formats import ACCEPT
from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.overview import (
    MOST_CHOSEN,
    SHARED,
    Listing,
    Overview,
    children_of,
    overview,
    own_and_all,
    page_of,
    tags_in_use,
)
from assistants.knowledge.pace import seconds_left
from assistants.knowledge.policy import MEGABYTE
from assistants.knowledge.queries import source_rows
from assistants.knowledge.room import knowledge_room
from assistants.knowledge.views.rows import QUOTING, plain_rows, rows_of
from organisations.actors import Actor
from organisations.queries import groups

QUEUE = 30
FRESH = timedelta(minutes=2)  # how long a finished file stays in the queue
COLUMNS = (
    ("name", _("Source"), ""),
    ("pages", _("Extent"), "text-right"),
    ("passages", _("Passages"), "text-right"),
    ("tokens", _("Tokens"), "text-right"),
    ("showing", _("Quoting"), ""),
    ("state", _("State"), ""),
    ("fresh", _("Checked"), ""),
    ("cost", _("Cost"), "text-right"),
)
STATES = (
    ("ready", _("Ready")),
    ("working", _("Under way")),
    ("warned", _("With warnings")),
    ("failed", _("Not read")),
)
FRESHNESS = (
    ("today", _("Checked today")),
    ("week", _("Checked this week")),
    ("stale", _("Not checked for 30 days")),
    ("broken", _("The last look failed")),
)


def panel_context(
    actor: Actor, source_set: SourceSet, base: str, given: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the template `knowledge/panel.html` needs.

    Args:
        actor: who looks: other assistants are named that they may look into.
        base: the page's own address without a slash at its end; the parts live below it.
        given: the page's query: how the table is narrowed and sorted.
    """
    limit_mb = largest_file_mb(source_set.organisation_id)
    listing, totals = Listing.of(given or {}), overview(source_set)
    return {
        "knowledge": {
            "base": base,
            "accept": ACCEPT,
            "limit_mb": limit_mb,
            "limit": limit_mb * MEGABYTE,
            "types": [*Source.Type.choices, (SHARED, _("Of another assistant"))],
            "states": STATES,
            "freshness": FRESHNESS,
            "quoting": [(value.value, label) for value, label in QUOTING.items()],
            "rhythms": Source.Rhythm.choices,
            "groups": groups(source_set.organisation),
        },
        **queue_context(source_set, base, totals=totals),
        **table_context(actor, source_set, base, listing, (given or {}).get("cursor"), totals=totals),
    }


def queue_context(
    source_set: SourceSet, base: str, *, hide: bool = False, totals: Overview | None = None
) -> dict[str, Any]:
    """The sources under way, those that failed, and until `hide` those that were finished a moment ago.

    Args:
        totals: the set's overview, where it is known.
    """
    state = Document.State
    wanted = Q(document__state__in=[*Document.UNFINISHED, state.FAILED])
    if not hide:
        wanted |= Q(document__finished_at__gt=timezone.now() - FRESH)
    found = list(source_rows(source_set).filter(wanted).order_by("-pk")[:QUEUE])
    sums = totals or overview(source_set)
    return {
        "base": base,
        "queue": plain_rows(found),
        "totals": sums,
        "working": sums.working > 0,
        "hide": hide,
        "time_left": _time_left(source_set, sums),
    }


def table_context(
    actor: Actor,
    source_set: SourceSet,
    base: str,
    listing: Listing,
    cursor: str | None,
    *,
    totals: Overview | None = None,
) -> dict[str, Any]:
    """A page of the table, with what its heads, filters and pages link to.

    Args:
        totals: the set's overview, where it is known.
    """
    page = page_of(source_set, listing, cursor)
    totals = totals or overview(source_set)
    own, matching = own_and_all(source_set, listing) if listing.narrowed else (totals.own, totals.sources)
    return {
        "base": base,
        "page": page,
        "rows": rows_of(actor, source_set, page.results),
        "totals": totals,
        "room": knowledge_room(source_set.organisation),
        "listing": listing,
        "matching": matching,
        "choosable": own,
        "most_chosen": MOST_CHOSEN,
        "columns": [_column(listing, *column) for column in COLUMNS],
        "tags": tags_in_use(source_set),
    }


def children_context(source_set: SourceSet, base: str, parent: Source, cursor: str | None) -> dict[str, Any]:
    """A page of what a website or an archive holds."""
    page = children_of(source_set, parent, cursor)
    return {
        "base": base,
        "parent": parent,
        "page": page,
        "rows": plain_rows(page.results),
        "shared": parent.source_set_id != source_set.pk,
    }


def _column(listing: Listing, name: str, label: Any, look: str) -> dict[str, Any]:
    sorted_here = listing.sort == name
    order = ("descending" if listing.descending else "ascending") if sorted_here else ""
    return {
        "name": name,
        "label": label,
        "look": look,
        "order": order,
        "query": listing.sorted_by(name).query,
    }


def _time_left(source_set: SourceSet, sums: Overview) -> str:
    seconds = seconds_left(source_set.pk, sums.left)
    if seconds is None:
        return ""
    if seconds < 55:
        rounded = max(5, -(-seconds // 5) * 5)
        return ngettext("About %(count)s second left.", "About %(count)s seconds left.", rounded) % {
            "count": rounded
        }
    minutes = -(-seconds // 60)
    return ngettext("About %(count)s minute left.", "About %(count)s minutes left.", minutes) % {
        "count": minutes
    }
