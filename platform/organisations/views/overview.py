"""The organisation at a glance, its settings, and making another one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from organisations.actions.create_organisation import create_organisation
from organisations.actions.rename_organisation import rename_organisation
from organisations.actions.switch_organisation import switch_organisation
from organisations.forms import NameForm
from organisations.models import Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import ROLE_HINTS, Permission
from organisations.queries import overview_of


@organisation_page(Permission.VIEW_ORGANISATION)
def overview(request: OrganisationRequest) -> HttpResponse:
    """Show the organisation, the person's own role, and what to do next."""
    actor = request.actor
    context = {
        "figures": overview_of(actor),
        "role_hint": ROLE_HINTS[actor.role] if actor.role else "",
        "personal": actor.organisation.kind == Organisation.Kind.PERSONAL,
    }
    return render(request, "organisations/overview.html", context)


@organisation_page(Permission.VIEW_ORGANISATION)
def settings(request: OrganisationRequest) -> HttpResponse:
    """Show the organisation's settings; only some people may change them."""
    return _settings(request, NameForm(initial={"name": request.actor.organisation.name}))


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def settings_save(request: OrganisationRequest) -> HttpResponse:
    """Give the organisation another name."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return _settings(request, form, status=400)
    rename_organisation(actor=request.actor, name=form.cleaned_data["name"])
    messages.success(request, _("Saved."))
    return redirect("organisations:settings")


@organisation_page(Permission.VIEW_ORGANISATION)
def organisation_new(request: OrganisationRequest) -> HttpResponse:
    """Ask for the name of a new organisation."""
    return render(request, "organisations/organisation_new.html", {"form": NameForm()})


@organisation_page(Permission.VIEW_ORGANISATION, methods=("POST",))
def organisation_create(request: OrganisationRequest) -> HttpResponse:
    """Make an organisation and act in it from now on."""
    form = NameForm(request.POST)
    if not form.is_valid():
        return TemplateResponse(request, "organisations/organisation_new.html", {"form": form}, status=400)
    organisation = create_organisation(actor=request.actor, name=form.cleaned_data["name"])
    assert request.actor.user is not None
    switch_organisation(
        user=request.actor.user, session=request.session, organisation_id=organisation.public_id
    )
    messages.success(request, _("%(name)s is ready. Invite the first people.") % {"name": organisation.name})
    return redirect("organisations:invitation_list")


def _settings(request: OrganisationRequest, form: NameForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "may_change": request.actor.can(Permission.MANAGE_ORGANISATION)}
    context["personal"] = request.actor.organisation.kind == Organisation.Kind.PERSONAL
    return TemplateResponse(request, "organisations/settings.html", context, status=status)
