"""What the directory and the library tell the rooms below."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from kernel import registries
from kernel.registries import NotificationKind
from organisations.models import GroupMembership, Membership
from organisations.permissions import Role
from store.directories.approving import APPROVALS, guard_department
from store.directories.impacts import IMPACTS
from store.directories.queries import requirements
from store.directories.reach import is_chosen
from store.library import personal_data
from store.library.links import holder_of_pass
from store.library.queries import pinned_slugs
from store.models import Requirement

Notices = Iterator[tuple[int, list[Any], list[Any] | None, str]]


def _required(organisation_id: int, payload: dict[str, Any]) -> Notices:
    """Those who have a pin now that they cannot take off, and had not before."""
    rows = requirements(organisation_id)
    made = rows.filter(public_id=payload["requirement"]).first()
    if made is None:
        return
    told = set(_members(organisation_id, list(rows.filter(public_id__in=payload["told"]))))
    title = [gettext_noop("%(name)s is pinned for you"), {"name": payload["name"]}]
    body = [gettext_noop("Your organisation wants you to have it. It stands in your rail."), {}]
    address = reverse("store:listing", args=[payload["slug"]])
    for user_id in _members(organisation_id, [made]):
        if user_id not in told:
            yield user_id, title, body, address


def _members(organisation_id: int, rows: list[Requirement]) -> list[int]:
    if not rows:
        return []
    places = GroupMembership.objects.for_organisation(organisation_id)
    concerned = Q(pk__in=places.filter(group__in=[row.group_id for row in rows]).values("membership_id"))
    if any(row.group_id is None for row in rows):
        concerned |= ~Q(role=Role.GUEST)
    found = Membership.objects.for_organisation(organisation_id).filter(concerned, suspended_at=None)
    return sorted(found.values_list("user_id", flat=True))


REQUIRED = NotificationKind(
    "listing_required", _("An assistant is pinned for you"), "listing.required", _required, "daily"
)


def register() -> None:
    """Tell them."""
    for kind in APPROVALS:
        registries.approval_kinds.register(kind)
    for impact in IMPACTS:
        registries.policy_impacts.register(impact)
    registries.approval_guards.register(guard_department)
    registries.outside_choices.register(is_chosen)
    registries.publication_passes.register(holder_of_pass)
    registries.pinned_references.register(pinned_slugs)
    registries.notification_kinds.register(REQUIRED)
    registries.personal_data.register(personal_data.HOLDER)
