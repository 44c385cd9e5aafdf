"""Questions about organisations, memberships, keys and invitations."""

import json
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Count, Q, QuerySet

from accounts.mfa import has_second_factor
from accounts.models import User
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope, user_scope
from organisations.actors import SERVICE_ACCOUNT, Actor
from organisations.keys import hash_secret
from organisations.models import (
    ApiKey,
    AuditEntry,
    CustomRole,
    Group,
    Invitation,
    Membership,
    Organisation,
    ServiceAccount,
)
from organisations.permissions import ROLE_PERMISSIONS, Permission, Role, known_permissions


@lru_cache(maxsize=1)
def platform_organisation() -> Organisation:
    """The organisation that the platform owns; anonymous visitors act in it. A migration made it."""
    return Organisation.objects.get(kind=Organisation.Kind.PLATFORM)


def anonymous_actor(*, request_id: str = "", ip: str = "") -> Actor:
    """A visitor whom nobody knows: may look at the store and nothing else."""
    return Actor(user=None, organisation=platform_organisation(), request_id=request_id, ip=ip)


def memberships_of(user: User) -> list[Membership]:
    """A person's memberships with their organisations, the personal one first."""
    with user_scope(user):
        rows = Membership.objects.across_organisations(reason="a person's own memberships").filter(
            user=user, suspended_at=None, organisation__suspended_at=None
        )
        # Few have a role of their organisation's making: asked for here, its walls would triple the plan of every request.
        rows = rows.select_related("organisation").prefetch_related("custom_role")
        found = list(rows.order_by("organisation__name"))
    return sorted(found, key=lambda m: m.organisation.kind != Organisation.Kind.PERSONAL)


def actor_for(
    user: User, organisation_id: int | None = None, *, request_id: str = "", ip: str = ""
) -> Actor | None:
    """The person acting in one of their organisations, in a browser's session.

    Where the organisation asks for a second factor that the person does not have, the actor has no permissions.

    Args:
        organisation_id: the wanted one; where the person is no member of it (any more), the one they acted in last,
            else their personal one.

    Returns:
        None for somebody without any membership.
    """
    memberships = memberships_of(user)
    if not memberships or not user.is_active:
        return None
    by_organisation = {m.organisation_id: m for m in memberships}
    wanted = [key for key in (organisation_id, user.last_organisation_id) if key in by_organisation]
    chosen = by_organisation[wanted[0]] if wanted else memberships[0]
    actor = actor_of_membership(chosen, user, request_id=request_id, ip=ip)
    # Only organisations that ask for a second factor pay for the look.
    if actor.organisation.mfa_required and not has_second_factor(user.pk):
        return replace(actor, permissions=frozenset(), mfa_missing=True)
    return actor


def actor_of_membership(membership: Membership, user: User, *, request_id: str = "", ip: str = "") -> Actor:
    """The actor that a membership makes."""
    return Actor(
        user=user,
        organisation=membership.organisation,
        role=Role(membership.role),
        permissions=membership.permissions,
        membership_id=membership.pk,
        role_label=membership.role_label,
        role_key=membership.role_key,
        request_id=request_id,
        ip=ip,
    )


def actor_for_key_hash(key_hash: str) -> Actor | None:
    """The actor behind an API key, or None where the key is unknown, expired, revoked or its owner has left.

    One database function answers, because no organisation is known yet.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM bottega_api_key_owner(%s)", [key_hash])
        row = cursor.fetchone()
    if row is None:
        return None
    found = _KeyOwner(*row)
    allowed = _names(found.permissions)
    holds = ROLE_PERMISSIONS[Role(found.role)] if allowed is None else known_permissions(allowed)
    return Actor(
        user=User.objects.get(pk=found.user_id) if found.user_id else None,
        organisation=Organisation.objects.get(pk=found.organisation_id),
        role=Role(found.role) if found.role else None,
        permissions=holds & known_permissions(_names(found.scopes) or []),
        membership_id=found.membership_id,
        role_key=_role_key(found, custom=allowed is not None),
        api_key_id=found.key_id,
        service_account_id=found.service_account_id,
        service_account_name=found.service_account_name or "",
        assistants=frozenset(_names(found.assistants) or []),
    )


class _KeyOwner(NamedTuple):
    """What `bottega_api_key_owner` answers; `permissions` is null where a built-in role says them."""

    key_id: int
    organisation_id: int
    user_id: int | None
    membership_id: int | None
    role: str
    permissions: Any
    service_account_id: int | None
    service_account_name: str | None
    scopes: Any
    assistants: Any


def _role_key(found: _KeyOwner, *, custom: bool) -> str:
    if found.service_account_id:
        return SERVICE_ACCOUNT
    if not custom:
        return found.role
    with tenant_scope(found.organisation_id):
        rows = Membership.objects.for_organisation(found.organisation_id).filter(pk=found.membership_id)
        return str(rows.values_list("custom_role__public_id", flat=True).first() or "")


def _names(value: Any) -> list[str] | None:
    names: list[str] | None = json.loads(value) if isinstance(value, str) else value
    return names


def members(organisation: Organisation) -> QuerySet[Membership]:
    """Who belongs to an organisation."""
    return Membership.objects.for_organisation(organisation).select_related("user", "custom_role")


def search_members(organisation: Organisation, words: str) -> QuerySet[Membership]:
    """Members whose name or address holds the words; all of them for none."""
    rows, wanted = members(organisation), words.strip()
    return rows.filter(Q(user__name__icontains=wanted) | Q(user__email__icontains=wanted)) if wanted else rows


def open_invitations(organisation: Organisation) -> QuerySet[Invitation]:
    """Invitations that wait for an answer, expired ones included."""
    return Invitation.objects.for_organisation(organisation).filter(accepted_at=None, withdrawn_at=None)


def access_invitation(organisation: Organisation, invitation_id: str, *, lock: bool = False) -> Invitation:
    """One invitation of the organisation, in any state.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    rows = Invitation.objects.for_organisation(organisation).filter(public_id=invitation_id)
    found: Invitation | None = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def invitation_by_token(token: str) -> Invitation:
    """The invitation that a link leads to, in any state, with its organisation and who sent it.

    No organisation is known yet: the database shows the one row whose token has the hash that is set here.

    Raises:
        NotFound: no invitation has this token.
    """
    token_hash = hash_secret(token)
    with transaction.atomic():
        _show_invitation(token_hash)
        rows = Invitation.objects.across_organisations(reason="the holder of a link is outside")
        found: Invitation | None = (
            rows.filter(token_hash=token_hash)
            .select_related("organisation", "invited_by", "custom_role")
            .first()
        )
        _show_invitation("")
    if found is None:
        raise NotFound
    return found


def _show_invitation(token_hash: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bottega.invitation', %s, true)", [token_hash])


def api_keys(organisation: Organisation) -> QuerySet[ApiKey]:
    """The keys of an organisation, revoked ones included."""
    rows = ApiKey.objects.for_organisation(organisation)
    return rows.select_related("user", "service_account", "successor")


def visible_api_keys(actor: Actor) -> QuerySet[ApiKey]:
    """The keys that the actor may see and revoke.

    Their own; those of service accounts for who looks after them; everybody's for who manages members.
    """
    rows = api_keys(actor.organisation)
    if actor.can(Permission.MANAGE_MEMBERS):
        return rows
    own = Q(user=actor.user) if actor.user else Q(service_account_id=actor.service_account_id or 0)
    machines = Q(user=None) if actor.can(Permission.MANAGE_SERVICE_ACCOUNTS) else Q()
    return rows.filter(own | machines) if machines else rows.filter(own)


def service_accounts(organisation: Organisation) -> QuerySet[ServiceAccount]:
    """The organisation's service accounts, disabled ones included."""
    return ServiceAccount.objects.for_organisation(organisation)


def keys_of_service_account(account: ServiceAccount) -> QuerySet[ApiKey]:
    """The keys that act for a service account, the newest first."""
    return (
        ApiKey.objects.for_organisation(account.organisation_id)
        .filter(service_account=account)
        .order_by("-created_at", "-id")
    )


def access_service_account(
    organisation: Organisation, account_id: str, *, lock: bool = False
) -> ServiceAccount:
    """One service account of the organisation, in any state.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    rows = service_accounts(organisation).filter(public_id=account_id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def access_api_key(actor: Actor, key_id: str, *, lock: bool = False) -> ApiKey:
    """One key that the actor may see and revoke.

    Raises:
        NotFound: there is none, or it is somebody else's.
    """
    rows = visible_api_keys(actor).filter(public_id=key_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def audit_entries(organisation: Organisation) -> QuerySet[AuditEntry]:
    """The organisation's audit log."""
    return AuditEntry.objects.for_organisation(organisation)


def role_counts(organisation: Organisation) -> dict[str, int]:
    """How many people have each role, by the role's key."""
    rows = Membership.objects.for_organisation(organisation).order_by()
    counted = rows.values_list("role", "custom_role__public_id").annotate(count=Count("id"))
    return {custom or role: count for role, custom, count in counted}


@dataclass(frozen=True, slots=True)
class Overview:
    """Figures of an organisation's first page; None for what somebody may not see."""

    members: int
    invitations: int | None
    keys: int | None
    recent: list[AuditEntry]


def overview_of(actor: Actor) -> Overview:
    """What an organisation's first page shows to somebody."""
    organisation = actor.organisation
    invitations, keys = open_invitations(organisation), visible_api_keys(actor).filter(revoked_at=None)
    recent = audit_entries(organisation).order_by("-created_at", "-id")[:6]
    return Overview(
        members=members(organisation).count(),
        invitations=invitations.count() if actor.can(Permission.MANAGE_MEMBERS) else None,
        keys=keys.count() if actor.can(Permission.MANAGE_KEYS) else None,
        recent=list(recent) if actor.can(Permission.VIEW_AUDIT) else [],
    )


def access_membership(organisation: Organisation, membership_id: str, *, lock: bool = False) -> Membership:
    """One membership of the organisation.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    rows = members(organisation).filter(public_id=membership_id)
    found = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def organisation_name(organisation_id: int) -> str:
    """The name of an organisation, for showing whose something is."""
    return Organisation.objects.values_list("name", flat=True).get(pk=organisation_id)


def groups(organisation: Organisation, words: str = "") -> QuerySet[Group]:
    """The organisation's groups with the number of their members; those whose name holds the words."""
    rows = Group.objects.for_organisation(organisation)
    if wanted := words.strip():
        rows = rows.filter(name__icontains=wanted)
    counted: QuerySet[Group] = rows.annotate(size=Count("places"))
    return counted


def access_group(organisation: Organisation, group_id: str, *, lock: bool = False) -> Group:
    """One group of the organisation.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    rows = Group.objects.for_organisation(organisation).filter(public_id=group_id)
    found: Group | None = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def group_members(group: Group, words: str = "") -> QuerySet[Membership]:
    """Who is in a group."""
    return search_members(group.organisation, words).filter(places__group=group)


def custom_roles(organisation: Organisation) -> QuerySet[CustomRole]:
    """The organisation's own roles."""
    rows: QuerySet[CustomRole] = CustomRole.objects.for_organisation(organisation)
    return rows


def access_custom_role(organisation: Organisation, role_id: str, *, lock: bool = False) -> CustomRole:
    """One of the organisation's own roles.

    Raises:
        NotFound: there is none, or it is another organisation's.
    """
    rows = custom_roles(organisation).filter(public_id=role_id)
    found = (rows.select_for_update() if lock else rows).first()
    if found is None:
        raise NotFound
    return found


def members_outside(group: Group, words: str) -> QuerySet[Membership]:
    """Members whose name or address holds the words and who are not in a group."""
    rows = search_members(group.organisation, words).exclude(places__group=group)
    return rows.order_by("user__name", "pk")
