"""What the knowledge page lists: filtered, sorted, a page at a time. All of it runs inside the open organisation's scope."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateTimeField,
    F,
    Func,
    Max,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, Lower
from django.utils import timezone

from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.queries import answering_rows, source_rows
from kernel.pagination import Page, paginate

PAGE = 50
MOST_CHOSEN = 1000  # sources that one bulk action takes
SHARED = "shared"
_STALE = timedelta(days=30)
_NUMBER: Any = BigIntegerField()
_TOKENS = Coalesce(F("document__tokens"), Value(0), output_field=_NUMBER)
_CHECKED = Greatest(
    F("created_at"),
    Coalesce(F("synced_at"), F("created_at")),
    Coalesce(F("document__finished_at"), F("created_at")),
    output_field=DateTimeField(),
)
_SORTS: dict[str, Any] = {
    "name": Lower("name", output_field=TextField()),
    "pages": Coalesce(F("document__pages"), Value(0), output_field=_NUMBER),
    "passages": Coalesce(F("document__passages"), Value(0), output_field=_NUMBER),
    "tokens": _TOKENS,
    "cost": Coalesce(F("document__cost"), Value(0), output_field=_NUMBER),
    "showing": F("showing"),
    "state": Coalesce(F("document__state"), Value("failed"), output_field=CharField()),
    "fresh": _CHECKED,
}
_BEGIN_LARGE = frozenset({"pages", "passages", "tokens", "cost", "fresh"})


@dataclass(frozen=True, slots=True)
class Listing:
    """Which sources are shown, and in which order; empty fields narrow nothing.

    Attributes:
        type: of `Source.Type`, or `shared` for what belongs to another assistant.
        state: ready, working, failed or warned.
        fresh: today, week, stale (not looked at for 30 days) or broken (the last look failed).
        sort: a column, or empty for the newest first; `descending` turns it.
    """

    text: str = ""
    type: str = ""
    state: str = ""
    tag: str = ""
    fresh: str = ""
    sort: str = ""
    descending: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Listing":
        """What an address asks for; unknown values narrow nothing."""
        sort = given.get("sort", "")
        text = str(given.get("text", "")).replace("\x00", "").strip()[:200]
        tag = str(given.get("tag", "")).replace("\x00", "")[:50]
        return cls(
            text=text,
            type=given.get("type", "") if given.get("type", "") in (*Source.Type.values, SHARED) else "",
            state=given.get("state", "") if given.get("state", "") in _STATES else "",
            tag=tag,
            fresh=given.get("fresh", "")
            if given.get("fresh", "") in ("today", "week", "stale", "broken")
            else "",
            sort=sort if sort in _SORTS else "",
            descending=given.get("descending", "") == "1",
        )

    @property
    def narrowed(self) -> int:
        """How many filters are set."""
        return sum(bool(value) for value in (self.text, self.type, self.state, self.tag, self.fresh))

    @property
    def query(self) -> str:
        """The same as an address's query."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode({name: "1" if value is True else value for name, value in values.items() if value})

    def sorted_by(self, column: str) -> "Listing":
        """The listing that a click on a column's head asks for: large numbers and late days first, the rest from A."""
        if self.sort != column:
            return replace(self, sort=column, descending=column in _BEGIN_LARGE)
        return replace(self, descending=not self.descending)


_STATES: dict[str, Q] = {
    "ready": Q(document__state=Document.State.READY),
    "working": Q(document__state__in=Document.UNFINISHED),
    "failed": Q(document__state=Document.State.FAILED),
    "warned": ~Q(document__warnings=[]) & Q(document__isnull=False),
}


def listed(source_set: SourceSet, listing: Listing) -> QuerySet[Source]:
    """The sources that stand in no other, the set's own and shared ones, as a listing narrows them."""
    rows = answering_rows(source_set).filter(parent=None)
    if listing.text:
        rows = rows.filter(Q(name__icontains=listing.text) | Q(url__icontains=listing.text))
    if listing.type == SHARED:
        rows = rows.exclude(source_set=source_set)
    elif listing.type:
        rows = rows.filter(type=listing.type)
    if listing.tag:
        rows = rows.filter(tags__contains=[listing.tag])
    if listing.state:
        rows = rows.filter(_STATES[listing.state])
    return _by_freshness(rows, listing.fresh)


def _by_freshness(rows: QuerySet[Source], fresh: str) -> QuerySet[Source]:
    if fresh == "broken":
        return rows.exclude(sync_error="")
    if not fresh:
        return rows
    rows, now = rows.annotate(checked=_CHECKED), timezone.now()
    if fresh == "stale":
        return rows.filter(checked__lt=now - _STALE)
    return rows.filter(checked__gte=now - timedelta(days=1 if fresh == "today" else 7))


def page_of(source_set: SourceSet, listing: Listing, cursor: str | None) -> Page[Source]:
    """One page of a listing.

    Raises:
        InvalidInput: the cursor is none of this listing's.
    """
    rows = listed(source_set, listing)
    if not listing.sort:
        return paginate(rows, cursor=cursor, limit=PAGE, order=("-created_at", "-id"))
    minus = "-" if listing.descending else ""
    # The column's name is part of the cursor's signature, so that one never continues another column's list.
    name = f"by_{listing.sort}"
    return paginate(
        rows.annotate(**{name: _SORTS[listing.sort]}),
        cursor=cursor,
        limit=PAGE,
        order=(f"{minus}{name}", f"{minus}id"),
    )


def own_and_all(source_set: SourceSet, listing: Listing) -> tuple[int, int]:
    """How many sources a listing shows: of the set's own, and with the shared ones."""
    own = Count("pk", filter=Q(source_set=source_set))
    counts = listed(source_set, listing).order_by().aggregate(own=own, every=Count("pk"))
    return counts["own"], counts["every"]


def chosen_ids(source_set: SourceSet, listing: Listing, *, after: str = "") -> tuple[list[str], int]:
    """What an action on all that a listing shows takes at once, newest first: shared sources belong to others and are left alone.

    Args:
        after: public id of the last one that was taken, to go on behind it.

    Returns:
        Public ids of up to `MOST_CHOSEN`, and how many come after those.
    """
    rows = listed(source_set, listing).filter(source_set=source_set)
    if after:
        known = Source.objects.for_organisation(source_set.organisation_id).filter(public_id=after)
        rows = rows.filter(pk__lt=Coalesce(Subquery(known.values("pk")[:1]), Value(0), output_field=_NUMBER))
    found = list(rows.order_by("-pk").values_list("public_id", flat=True)[:MOST_CHOSEN])
    return found, rows.count() - len(found) if len(found) == MOST_CHOSEN else 0


def children_of(source_set: SourceSet, parent: Source, cursor: str | None) -> Page[Source]:
    """The pages of a website, or the files of an archive, in the order of their names."""
    return paginate(
        answering_rows(source_set).filter(parent=parent), cursor=cursor, limit=PAGE, order=("name", "id")
    )


@dataclass(frozen=True, slots=True)
class Children:
    """Sums over what a source holds."""

    count: int
    pages: int
    passages: int
    tokens: int
    size: int
    cost: int
    working: int
    failed: int


def children_sums(source_set: SourceSet, parents: Iterable[Source]) -> dict[int, Children]:
    """Sums over the children of each source that has some, by its primary key, in one statement.

    Args:
        parents: some that the set answers from, with their documents.
    """
    keys = [parent.pk for parent in parents if parent.may_hold]
    if not keys:
        return {}
    rows = Source.objects.for_organisation(source_set.organisation_id).filter(removed_at=None)
    rows = rows.filter(parent__in=keys)
    sums = (
        rows.order_by()
        .values("parent_id")
        .annotate(
            count=Count("pk"),
            pages=Sum("document__pages", default=0),
            passages=Sum("document__passages", default=0),
            tokens=Sum("document__tokens", default=0),
            size=Sum("document__size", default=0),
            cost=Sum("document__cost", default=0),
            working=Count("pk", filter=Q(document__state__in=Document.UNFINISHED)),
            failed=Count("pk", filter=Q(document__state=Document.State.FAILED)),
        )
    )
    found: list[dict[str, int]] = [dict(row) for row in sums]
    return {row.pop("parent_id"): Children(**row) for row in found}


@dataclass(frozen=True, slots=True)
class Overview:
    """Sums over all sources that a set answers from.

    Attributes:
        sources: those that stand in no other; `own` of them are not shared ones.
        size: bytes of the present documents; this, the cost, the states and what is left are those of the set's own alone.
        cost: of reading and embedding them, in micro-units.
        checked: when one was last read or looked at.
        left: passages that wait for their vector.
    """

    sources: int
    own: int
    pages: int
    passages: int
    tokens: int
    size: int
    cost: int
    working: int
    failed: int
    warned: int
    ready: int
    left: int
    checked: Any


def overview(source_set: SourceSet) -> Overview:
    """The figures above the table, in one statement."""
    own = Q(source_set=source_set)
    embedding = own & Q(document__state=Document.State.EMBEDDING)
    sums = answering_rows(source_set).aggregate(
        sources=Count("pk", filter=Q(parent=None)),
        own=Count("pk", filter=own & Q(parent=None)),
        pages=Sum("document__pages", default=0),
        passages=Sum("document__passages", default=0),
        tokens=Sum("document__tokens", default=0),
        size=Sum("document__size", filter=own, default=0),
        cost=Sum("document__cost", filter=own, default=0),
        working=Count("pk", filter=own & _STATES["working"]),
        failed=Count("pk", filter=own & _STATES["failed"]),
        warned=Count("pk", filter=own & _STATES["warned"]),
        ready=Count("pk", filter=own & _STATES["ready"]),
        left=Sum(F("document__total") - F("document__done"), filter=embedding, default=0),
        checked=Max(_CHECKED),
    )
    return Overview(**sums)


def tags_in_use(source_set: SourceSet) -> list[str]:
    """The tags of a set's sources, in the order of the alphabet."""
    rows = source_rows(source_set).exclude(tags=[]).annotate(one=Func(F("tags"), function="unnest"))
    return sorted(rows.order_by().values_list("one", flat=True).distinct()[:200], key=str.casefold)
