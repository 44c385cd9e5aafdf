"""Who belongs to the organisation, and as what."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from kernel.pagination import paginate
from organisations.actions.change_member_role import change_member_role
from organisations.actions.leave_organisation import leave_organisation
from organisations.actions.remove_member import remove_member
from organisations.forms import RoleForm, grantable_roles
from organisations.models import Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import (
    PERMISSION_GROUPS,
    PERMISSION_LABELS,
    ROLE_LABELS,
    ROLE_PERMISSIONS,
    Permission,
    Role,
)
from organisations.queries import member_counts, search_members


@organisation_page(Permission.VIEW_ORGANISATION)
def member_list(request: OrganisationRequest) -> HttpResponse:
    """List members, with search and pages; whoever manages them gets the controls."""
    actor, words = request.actor, request.GET.get("search", "").strip()[:120]
    rows = search_members(actor.organisation, words)
    context = {
        "page": paginate(rows, cursor=request.GET.get("cursor"), limit=25),
        "total": rows.count(),
        "search": words,
        "url": f"?{urlencode({'search': words})}" if words else "?",
        "roles": grantable_roles(actor) if actor.can(Permission.MANAGE_MEMBERS) else [],
        "grantable": [value for value, _label in grantable_roles(actor)],
        "may_manage": actor.can(Permission.MANAGE_MEMBERS),
        "personal": actor.organisation.kind == Organisation.Kind.PERSONAL,
    }
    return render(request, "organisations/member_list.html", context)


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def member_role(request: OrganisationRequest, membership_id: str) -> HttpResponse:
    """Give a member another role."""
    form = RoleForm(request.POST)
    if not form.is_valid():
        raise InvalidInput.on("role", "invalid_choice", _("Choose one of the roles."))
    role = Role(form.cleaned_data["role"])
    membership = change_member_role(actor=request.actor, membership_id=membership_id, role=role)
    words = {"name": membership.user.display_name, "role": ROLE_LABELS[role]}
    messages.success(request, _("%(name)s is now: %(role)s.") % words)
    return redirect("organisations:member_list")


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def member_remove(request: OrganisationRequest, membership_id: str) -> HttpResponse:
    """Remove a member."""
    membership = remove_member(actor=request.actor, membership_id=membership_id)
    messages.success(
        request, _("%(name)s no longer belongs to the organisation.") % {"name": membership.user.display_name}
    )
    return redirect("organisations:member_list")


@organisation_page(Permission.VIEW_ORGANISATION, methods=("POST",))
def member_leave(request: OrganisationRequest) -> HttpResponse:
    """Leave the organisation; the person acts in their personal one from now on."""
    leave_organisation(actor=request.actor)
    messages.success(request, _("You have left %(name)s.") % {"name": request.actor.organisation.name})
    return redirect("/")


@organisation_page(Permission.VIEW_ORGANISATION)
def role_list(request: OrganisationRequest) -> HttpResponse:
    """Show what each role may do, from the table that the server checks."""
    counts = member_counts(request.actor.organisation)
    groups = [
        (label, [(PERMISSION_LABELS[p], [p in ROLE_PERMISSIONS[role] for role in Role]) for p in permissions])
        for label, permissions in PERMISSION_GROUPS
    ]
    roles = [(ROLE_LABELS[role], counts.get(role.value, 0), role == request.actor.role) for role in Role]
    return render(request, "organisations/role_list.html", {"groups": groups, "roles": roles})
