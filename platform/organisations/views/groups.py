"""Groups of members."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from kernel.pagination import paginate
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.actions.delete_group import delete_group
from organisations.actions.remove_from_group import remove_from_group
from organisations.actions.update_group import update_group
from organisations.forms import GroupForm
from organisations.models import Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.queries import access_group, group_members, groups, members_outside

CANDIDATES = 20


@organisation_page(Permission.VIEW_ORGANISATION)
def group_list(request: OrganisationRequest) -> HttpResponse:
    """List groups, with search and pages."""
    return _list(request, GroupForm())


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def group_create(request: OrganisationRequest) -> HttpResponse:
    """Make a group and open it."""
    form = GroupForm(request.POST)
    if form.is_valid():
        try:
            return redirect(
                "organisations:group_detail", create_group(actor=request.actor, **form.cleaned_data).public_id
            )
        except InvalidInput as error:
            form.add_error("name", error.errors[0].message)
    return _list(request, form, status=400)


@organisation_page(Permission.VIEW_ORGANISATION)
def group_detail(request: OrganisationRequest, group_id: str) -> HttpResponse:
    """Who is in a group; whoever manages members adds some here."""
    actor = request.actor
    group = access_group(actor.organisation, group_id)
    words = request.GET.get("search", "").strip()[:120]
    find = request.GET.get("find", "").strip()[:120]
    rows = group_members(group, words)
    may_manage = actor.can(Permission.MANAGE_MEMBERS)
    context = {
        "group": group,
        "form": GroupForm(initial={"name": group.name, "description": group.description}),
        "page": paginate(rows, cursor=request.GET.get("cursor"), limit=25),
        "total": rows.count(),
        "search": words,
        "find": find,
        "candidates": members_outside(group, find)[:CANDIDATES] if may_manage and find else [],
        "may_manage": may_manage,
        "url": f"?{urlencode({'search': words})}" if words else "?",
    }
    return render(request, "organisations/group_detail.html", context)


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def group_update(request: OrganisationRequest, group_id: str) -> HttpResponse:
    """Rename or describe a group."""
    form = GroupForm(request.POST)
    if not form.is_valid():
        raise InvalidInput.on("name", "required", _("Give the group a name."))
    update_group(actor=request.actor, group_id=group_id, **form.cleaned_data)
    messages.success(request, _("The group is saved."))
    return redirect("organisations:group_detail", group_id)


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def group_delete(request: OrganisationRequest, group_id: str) -> HttpResponse:
    """Delete a group."""
    delete_group(actor=request.actor, group_id=group_id)
    messages.success(request, _("The group is deleted. Its members stay in the organisation."))
    return redirect("organisations:group_list")


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def group_add(request: OrganisationRequest, group_id: str) -> HttpResponse:
    """Put the chosen people into a group."""
    wanted = request.POST.getlist("members")[:500]
    if not wanted:
        raise InvalidInput.on("members", "required", _("Choose at least one person."))
    add_to_group(actor=request.actor, group_id=group_id, membership_ids=wanted)
    messages.success(request, _("They are in the group."))
    return redirect("organisations:group_detail", group_id)


@organisation_page(Permission.MANAGE_MEMBERS, methods=("POST",))
def group_remove(request: OrganisationRequest, group_id: str, membership_id: str) -> HttpResponse:
    """Take somebody out of a group."""
    remove_from_group(actor=request.actor, group_id=group_id, membership_id=membership_id)
    messages.success(request, _("Taken out of the group."))
    return redirect("organisations:group_detail", group_id)


def _list(request: OrganisationRequest, form: GroupForm, *, status: int = 200) -> HttpResponse:
    actor, words = request.actor, request.GET.get("search", "").strip()[:120]
    rows = groups(actor.organisation, words)
    context = {
        "form": form,
        "page": paginate(rows, cursor=request.GET.get("cursor"), limit=25),
        "search": words,
        "url": f"?{urlencode({'search': words})}" if words else "?",
        "may_manage": actor.can(Permission.MANAGE_MEMBERS),
        "personal": actor.organisation.kind == Organisation.Kind.PERSONAL,
    }
    return render(request, "organisations/group_list.html", context, status=status)
