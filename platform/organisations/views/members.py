"""Who belongs to the organisation, and as what."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kernel.pagination import paginate
from organisations.actions.change_member_role import change_member_role
from organisations.actions.leave_organisation import leave_organisation
from organisations.actions.remove_member import remove_member
from organisations.forms import role_options
from organisations.models import Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.queries import search_members


@organisation_page(Permission.VIEW_ORGANISATION)
def member_list(request: OrganisationRequest) -> HttpResponse:
    """List members, with search and pages; whoever manages them gets the controls."""
    actor, words = request.actor, request.GET.get("search", "").strip()[:120]
    rows = search_members(actor.organisation, words)
    roles = role_options(actor) if actor.can(Permission.MANAGE_MEMBERS) else []
    context = {
        "page": paginate(rows, cursor=request.GET.get("cursor"), limit=25),
        "total": rows.count(),
        "search": words,
        "url": f"?{urlencode({'search': words})}" if words else "?",
        "roles": roles,
        "grantable": [value for value, _label in roles],
        "may_manage": actor.can(Permission.MANAGE_MEMBERS),
        "personal": actor.organisation.kind == Organisation.Kind.PERSONAL,
    }
    return render(request, "organisations/member_list.html", context)


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def member_role(request: OrganisationRequest, membership_id: str) -> HttpResponse:
    """Give a member another role."""
    role = request.POST.get("role", "")[:48]
    membership = change_member_role(actor=request.actor, membership_id=membership_id, role=role)
    words = {"name": membership.user.display_name, "role": membership.role_label}
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
