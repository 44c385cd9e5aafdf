"""What each role may do, and roles of the organisation's own."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from organisations.actions.create_custom_role import create_custom_role
from organisations.actions.delete_custom_role import delete_custom_role
from organisations.actions.update_custom_role import update_custom_role
from organisations.forms import CustomRoleForm, permission_options
from organisations.models import CustomRole, Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import PERMISSION_GROUPS, PERMISSION_LABELS, Permission
from organisations.queries import access_custom_role, role_counts
from organisations.ranks import may_grant
from organisations.roles import role_choices


@organisation_page(Permission.VIEW_ORGANISATION)
def role_list(request: OrganisationRequest) -> HttpResponse:
    """Show what each role may do, from the table that the server checks."""
    actor = request.actor
    choices, counts = role_choices(actor.organisation), role_counts(actor.organisation)
    groups = [
        (
            label,
            [(PERMISSION_LABELS[item], [item in choice.permissions for choice in choices]) for item in items],
        )
        for label, items in PERMISSION_GROUPS
    ]
    own = actor.role_label
    context = {
        "groups": groups,
        "roles": [(choice, counts.get(choice.key, 0), str(choice.label) == own) for choice in choices],
        "columns": len(choices) + 1,
        "may_manage": actor.can(Permission.MANAGE_ROLES)
        and actor.organisation.kind == Organisation.Kind.TEAM,
    }
    return render(request, "organisations/role_list.html", context)


@organisation_page(Permission.MANAGE_ROLES, methods=("GET", "POST"))
def role_new(request: OrganisationRequest) -> HttpResponse:
    """Make a role."""
    form = CustomRoleForm(request.POST or None, actor=request.actor)
    if request.method == "POST" and form.is_valid():
        try:
            made = create_custom_role(actor=request.actor, **_values(form))
        except InvalidInput as error:
            _note(form, error)
        else:
            messages.success(request, _("The role %(name)s is there.") % {"name": made.name})
            return redirect("organisations:role_list")
    return _form(request, form, None)


@organisation_page(Permission.MANAGE_ROLES, methods=("GET", "POST"))
def role_edit(request: OrganisationRequest, role_id: str) -> HttpResponse:
    """Change a role."""
    if request.method == "GET":
        role = access_custom_role(request.actor.organisation, role_id)
        initial = {"name": role.name, "description": role.description, "permissions": role.permissions}
        return _form(request, CustomRoleForm(initial=initial, actor=request.actor), role_id, role)
    form = CustomRoleForm(request.POST, actor=request.actor)
    if form.is_valid():
        try:
            changed = update_custom_role(actor=request.actor, role_id=role_id, **_values(form))
        except InvalidInput as error:
            _note(form, error)
        else:
            messages.success(request, _("The role %(name)s is changed.") % {"name": changed.name})
            return redirect("organisations:role_list")
    return _form(request, form, role_id)


@organisation_page(Permission.MANAGE_ROLES, methods=("POST",))
def role_delete(request: OrganisationRequest, role_id: str) -> HttpResponse:
    """Delete a role that nobody has."""
    delete_custom_role(actor=request.actor, role_id=role_id)
    messages.success(request, _("The role is deleted."))
    return redirect("organisations:role_list")


def _values(form: CustomRoleForm) -> dict[str, Any]:
    data = form.cleaned_data
    return {"name": data["name"], "description": data["description"], "permissions": form.chosen()}


def _note(form: CustomRoleForm, error: InvalidInput) -> None:
    for wrong in error.errors:
        form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)


def _form(
    request: OrganisationRequest, form: CustomRoleForm, role_id: str | None, role: CustomRole | None = None
) -> HttpResponse:
    chosen = form["permissions"].value() or []
    context = {
        "form": form,
        "role_id": role_id,
        "options": permission_options(request.actor),
        "chosen": chosen,
        "above": role is not None and not may_grant(request.actor, role.allowed),
    }
    return render(request, "organisations/role_form.html", context, status=400 if form.errors else 200)
