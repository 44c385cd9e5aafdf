"""Groups of readers, for asking as one of them would."""

from collections.abc import Sequence

from organisations.models import Group


def groups_by_id(organisation_id: int, ids: Sequence[str]) -> dict[str, int]:
    """Primary keys of an organisation's groups by their public ids; those that it does not have are left out."""
    rows = Group.objects.for_organisation(organisation_id).filter(public_id__in=ids)
    return dict(rows.values_list("public_id", "pk"))
