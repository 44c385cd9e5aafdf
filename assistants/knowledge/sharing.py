"""Sources that several assistants answer from. All of it runs inside the open organisation's scope."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistants.knowledge.models import SharedSource, Source, SourceSet
from kernel.errors import NotFound
from kernel.registries import SourceOwner, source_owners
from organisations.actors import Actor


@dataclass(frozen=True, slots=True)
class Users:
    """Who else answers from a source: those that the actor may look into by name, and how many others."""

    known: tuple[SourceOwner, ...] = ()
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.known or self.others)


NOBODY = Users()


def also_gone_from(users: Users) -> str:
    """A sentence for whoever removes a source: who else no longer answers from it. Empty where nobody does."""
    if not users:
        return ""
    return _("It is gone from these drafts too: %(names)s.") % {"names": names_of(users)}


def goes_from(users: Users) -> str:
    """A sentence for whoever is about to remove a source: who else answers from it. Empty where nobody does."""
    if not users:
        return ""
    return _(
        "%(names)s no longer answers from it either. Published versions keep what they were published with."
    ) % {"names": names_of(users)}


def names_of(users: Users) -> str:
    """The names of those that may be looked into, and how many others there are."""
    others = ngettext("%(count)s other", "%(count)s others", users.others) % {"count": users.others}
    return ", ".join([*(owner.name for owner in users.known), *([others] if users.others else [])])


def all_users(actor: Actor, source_ids: Sequence[str]) -> Users:
    """Who else answers from any of these sources, by public ids."""
    rows = Source.objects.for_organisation(actor.organisation).filter(
        public_id__in=source_ids, removed_at=None
    )
    shares = SharedSource.objects.for_organisation(actor.organisation).filter(source__in=rows)
    places = list(shares.order_by().values_list("source_set_id", flat=True).distinct())
    owners = source_owners.get()(actor, places) if places else {}
    return Users(tuple(owners.values()), len(places) - len(owners))


def shared_with(source_set: SourceSet) -> QuerySet[Source]:
    """The sources of other sets that this one answers from too, with their documents."""
    rows = Source.objects.for_organisation(source_set.organisation_id).filter(removed_at=None)
    return rows.filter(shares__source_set=source_set).select_related("document")


def access_shared(source_set: SourceSet, source_id: str) -> Source:
    """A source that this set answers from, its own or a shared one, or what a shared one holds.

    Raises:
        NotFound: it answers from no such source.
    """
    shares = SharedSource.objects.for_organisation(source_set.organisation_id).filter(source_set=source_set)
    keys = shares.values("source_id")
    rows = Source.objects.for_organisation(source_set.organisation_id).select_related("document")
    mine = Q(source_set=source_set) | Q(pk__in=keys) | Q(parent__in=keys)
    found: Source | None = rows.filter(mine, public_id=source_id, removed_at=None).first()
    if found is None:
        raise NotFound
    return found


def shareable(actor: Actor, source_set: SourceSet, words: str = "") -> QuerySet[Source]:
    """What the other assistants that the actor may look into know, and this one does not yet."""
    owners = source_owners.get()(actor, None)
    rows = Source.objects.for_organisation(actor.organisation).filter(
        source_set__in=[key for key in owners if key != source_set.pk], parent=None, removed_at=None
    )
    for word in words.replace("\x00", "").split()[:8]:
        rows = rows.filter(Q(name__icontains=word) | Q(url__icontains=word))
    return rows.exclude(shares__source_set=source_set).select_related("document")


def origins(actor: Actor, source_set: SourceSet, sources: Iterable[Source]) -> dict[int, SourceOwner | None]:
    """Where the shared ones among these sources come from, by primary key; None where the actor may not look into that."""
    elsewhere = {
        source.pk: source.source_set_id for source in sources if source.source_set_id != source_set.pk
    }
    owners = source_owners.get()(actor, list(set(elsewhere.values()))) if elsewhere else {}
    return {key: owners.get(place) for key, place in elsewhere.items()}


def users_of(actor: Actor, sources: Iterable[Source]) -> dict[int, Users]:
    """Who else answers from each of these sources, by primary key; those that nobody shares are left out."""
    shares = SharedSource.objects.for_organisation(actor.organisation).filter(
        source__in=[source.pk for source in sources]
    )
    pairs = list(shares.order_by("pk").values_list("source_id", "source_set_id"))
    owners = source_owners.get()(actor, [place for _key, place in pairs]) if pairs else {}
    found: dict[int, Users] = {}
    for key in dict.fromkeys(key for key, _place in pairs):
        places = [place for other, place in pairs if other == key]
        known = tuple(owners[place] for place in places if place in owners)
        found[key] = Users(known, len(places) - len(known))
    return found
