"""Groups of readers and tags of sources: what a search may be tried with."""

from collections.abc import Sequence

from django.db.models import Q

from assistants.knowledge.models import Source, SourceSet
from organisations.models import Group

MOST = 200
LOOKED_AT = 2000  # sources


def groups_by_id(organisation_id: int, ids: Sequence[str]) -> dict[str, int]:
    """Primary keys of an organisation's groups by their public ids; those that it does not have are left out."""
    rows = Group.objects.for_organisation(organisation_id).filter(public_id__in=ids)
    return dict(rows.values_list("public_id", "pk"))


def reader_groups(organisation_id: int) -> list[tuple[str, str]]:
    """Public id and name of an organisation's groups, by name."""
    rows = Group.objects.for_organisation(organisation_id).order_by("name")
    return list(rows.values_list("public_id", "name")[:MOST])


def tags_of(source_set: SourceSet) -> list[str]:
    """The tags that the sources of a set carry, those that it shares among them, in their order."""
    rows = Source.objects.for_organisation(source_set.organisation_id)
    own_or_shared = Q(source_set=source_set) | Q(shares__source_set=source_set)
    tagged = rows.filter(own_or_shared, removed_at=None).exclude(tags=[]).values_list("tags", flat=True)
    return sorted({tag for tags in tagged[:LOOKED_AT] for tag in tags})[:MOST]
