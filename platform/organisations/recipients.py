"""Whom to tell: keys of people, read inside the organisation's scope."""

from django.db.models import Q, QuerySet

from organisations.models import Grant, GroupMembership, Membership
from organisations.permissions import ROLE_PERMISSIONS, Level, Permission, levels_from


def _active(organisation_id: int) -> QuerySet[Membership]:
    rows: QuerySet[Membership] = Membership.objects.for_organisation(organisation_id)
    return rows.filter(suspended_at=None, user__is_active=True)


def members_who_may(organisation_id: int, permission: Permission) -> list[int]:
    """People whose role allows something, by built-in or custom role."""
    roles = [role.value for role, allowed in ROLE_PERMISSIONS.items() if permission in allowed]
    held = Q(custom_role=None, role__in=roles) | Q(custom_role__permissions__contains=[permission.value])
    return list(_active(organisation_id).filter(held).values_list("user_id", flat=True))


def people_with_grant(organisation_id: int, resource_type: str, resource_id: str, lowest: Level) -> list[int]:
    """People who were given a level or more on one resource, by themselves or through a group."""
    grants = Grant.objects.for_organisation(organisation_id).filter(
        resource_type=resource_type, resource_id=resource_id, level__in=levels_from(lowest)
    )
    in_groups = GroupMembership.objects.for_organisation(organisation_id).filter(
        group_id__in=grants.values("group_id")
    )
    held = Q(pk__in=grants.values("membership_id")) | Q(pk__in=in_groups.values("membership_id"))
    return list(_active(organisation_id).filter(held).values_list("user_id", flat=True))
