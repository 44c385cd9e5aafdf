"""Databases that the organisation's assistants may ask."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from assistants.tools.actions.add_database import add_database
from assistants.tools.actions.delete_database import delete_database
from assistants.tools.actions.try_database import try_database
from assistants.tools.actions.update_database import update_database
from assistants.tools.databases.forms import DatabaseEditForm, DatabaseForm, initial_of
from assistants.tools.databases.probing import sentence
from assistants.tools.databases.registered import access_database, databases
from kernel.errors import DomainError, NotFound, PermissionDenied
from kernel.pagination import paginate
from kernel.registries import assistant_names
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.MANAGE_ORGANISATION)
def database_list(request: OrganisationRequest) -> HttpResponse:
    """List them."""
    rows = databases(request.actor.organisation).order_by("-created_at", "-pk")
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=25)
    return render(request, "tools/database_list.html", {"page": page})


@organisation_page(Permission.MANAGE_ORGANISATION)
def database_new(request: OrganisationRequest) -> HttpResponse:
    """Ask for a database."""
    return render(request, "tools/database_new.html", {"form": DatabaseForm(names=_names(request))})


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def database_create(request: OrganisationRequest) -> HttpResponse:
    """Reach a database, and register it."""
    form = DatabaseForm(request.POST, names=_names(request))
    if form.is_valid():
        try:
            row = add_database(actor=request.actor, **form.values())
        except DomainError as error:
            _show(form, error)
        else:
            said = _(
                "“%(name)s” works, and its role only reads. Switch “Query a database” on in an assistant."
            )
            messages.success(request, said % {"name": row.name})
            return redirect("tools:database", row.public_id)
    return TemplateResponse(request, "tools/database_new.html", {"form": form}, status=400)


@organisation_page(Permission.MANAGE_ORGANISATION)
def database(request: OrganisationRequest, database_id: str) -> HttpResponse:
    """Show one."""
    return _page(request, database_id)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def database_save(request: OrganisationRequest, database_id: str) -> HttpResponse:
    """Change it."""
    form = _edit_form(request, database_id, request.POST)
    if form.is_valid():
        try:
            update_database(actor=request.actor, database_id=database_id, **form.values())
        except DomainError as error:
            _show(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("tools:database", database_id)
    return _page(request, database_id, form, status=400)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def database_test(request: OrganisationRequest, database_id: str) -> HttpResponse:
    """Try it out again."""
    row, said = try_database(actor=request.actor, database_id=database_id)
    if said:
        messages.error(request, _("“%(name)s” failed its test. %(said)s") % {"name": row.name, "said": said})
    else:
        messages.success(request, _("“%(name)s” works, and its role only reads.") % {"name": row.name})
    return redirect("tools:database", database_id)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def database_delete(request: OrganisationRequest, database_id: str) -> HttpResponse:
    """Remove it."""
    delete_database(actor=request.actor, database_id=database_id)
    messages.success(request, _("Removed, and its password with it."))
    return redirect("tools:database_list")


def _show(form: forms.Form, error: DomainError) -> None:
    if isinstance(error, NotFound | PermissionDenied) and error.code != "host_forbidden":
        raise error
    for wrong in error.errors:
        form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
    if not error.errors:
        form.add_error(None, error.message)


def _names(request: OrganisationRequest) -> dict[str, str]:
    with tenant_scope(request.actor.organisation):
        return assistant_names.get()(request.actor, None)


def _edit_form(request: OrganisationRequest, database_id: str, data: Any = None) -> DatabaseEditForm:
    with tenant_scope(request.actor.organisation):
        row = access_database(request.actor.organisation, database_id)
    return DatabaseEditForm(data, initial=initial_of(row), names=_names(request), chosen=row.assistants)


def _page(
    request: OrganisationRequest, database_id: str, form: DatabaseEditForm | None = None, *, status: int = 200
) -> HttpResponse:
    organisation = request.actor.organisation
    with tenant_scope(organisation):
        row = access_database(organisation, database_id)
    context: dict[str, Any] = {
        "database": row,
        "said": sentence(row.failure),
        "form": form or _edit_form(request, database_id),
    }
    return TemplateResponse(request, "tools/database.html", context, status=status)
