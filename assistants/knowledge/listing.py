"""What the REST interface lists: filtered, newest first. All of it runs inside the open organisation's scope."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from assistants.knowledge.models import Document, Source, SourceSet
from assistants.knowledge.queries import answering_rows
from kernel.errors import InvalidInput

STATES = (*Document.State.values, "working")


@dataclass(frozen=True, slots=True)
class Filter:
    """Which sources are listed; empty fields narrow nothing.

    Attributes:
        state: of `Document.State`, or `working` for all that are not through. parent: public id of what holds them.
    """

    tag: str = ""
    type: str = ""
    state: str = ""
    parent: str = ""
    search: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Filter":
        """What an address asks for.

        Raises:
            InvalidInput: there is no such state.
        """
        fields = {name: given.get(name, "").replace("\x00", "").strip()[:255] for name in cls.__slots__}
        if fields["state"] and fields["state"] not in STATES:
            raise InvalidInput.on(
                "state", "invalid_choice", _("A state is one of %(known)s.") % {"known": ", ".join(STATES)}
            )
        return cls(**fields)


def listed_sources(source_set: SourceSet, wanted: Filter) -> QuerySet[Source]:
    """Sources that a set answers from, its own and shared ones; without a parent those that stand in no other."""
    rows = answering_rows(source_set)
    rows = rows.filter(parent__public_id=wanted.parent) if wanted.parent else rows.filter(parent=None)
    for word in wanted.search.split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(url__icontains=word))
    if wanted.type:
        rows = rows.filter(type=wanted.type)
    if wanted.tag:
        rows = rows.filter(tags__contains=[wanted.tag])
    return rows.filter(_in_state(source_set, wanted.state)) if wanted.state else rows


def _in_state(source_set: SourceSet, state: str) -> Q:
    states = Document.UNFINISHED if state == "working" else (state,)
    own = Q(document__state__in=states)
    return own | (Q(document=None) & _of_children(source_set, state))


def _of_children(source_set: SourceSet, state: str) -> Q:
    """A website stands as its pages do: working while one is or while it is followed, ready where one answers."""
    rows = Source.objects.for_organisation(source_set.organisation_id)
    pages = rows.filter(parent=OuterRef("pk"), removed_at=None)
    working = Q(look_until__isnull=False) | Exists(pages.filter(document__state__in=Document.UNFINISHED))
    answers = Exists(pages.filter(document__searchable=True))
    if state in ("working", Document.State.PARSING):
        return Q(working)
    if state == Document.State.READY:
        return ~Q(working) & Q(answers)
    if state == Document.State.FAILED:
        return ~Q(working) & ~Q(answers)
    return Q(pk=None)
