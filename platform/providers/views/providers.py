"""An organisation's own providers."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from providers.actions.add_provider import add_provider
from providers.actions.delete_provider import delete_provider
from providers.actions.try_provider import try_provider
from providers.actions.update_provider import update_provider
from providers.forms import ProviderEditForm, ProviderForm
from providers.models import OrganisationProvider
from providers.own_fields import UNKNOWN_REGION, ModelInput
from providers.probing import sentence
from providers.queries import access_provider, own_models, own_providers, uses_of_provider


@organisation_page(Permission.MANAGE_ORGANISATION)
def provider_list(request: OrganisationRequest) -> HttpResponse:
    """List them."""
    page = paginate(own_providers(request.actor.organisation), cursor=request.GET.get("cursor"), limit=25)
    return render(request, "providers/provider_list.html", {"page": page})


@organisation_page(Permission.MANAGE_ORGANISATION)
def provider_new(request: OrganisationRequest) -> HttpResponse:
    """Ask for a provider and its key."""
    return render(request, "providers/provider_new.html", {"form": ProviderForm()})


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def provider_create(request: OrganisationRequest) -> HttpResponse:
    """Test a provider and save it."""
    form = ProviderForm(request.POST)
    if form.is_valid():
        try:
            made = add_provider(actor=request.actor, **form.values())
        except InvalidInput as error:
            _show(form, error)
        else:
            _say(request, made)
            return redirect("providers:provider", made.public_id)
    return TemplateResponse(request, "providers/provider_new.html", {"form": form}, status=400)


@organisation_page(Permission.MANAGE_ORGANISATION)
def provider(request: OrganisationRequest, provider_id: str) -> HttpResponse:
    """Show a provider, its models, and what uses them."""
    return _page(request, provider_id)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def provider_save(request: OrganisationRequest, provider_id: str) -> HttpResponse:
    """Change its name, address, key or region."""
    form = ProviderEditForm(request.POST)
    if form.is_valid():
        try:
            saved = update_provider(actor=request.actor, provider_id=provider_id, **form.values())
        except InvalidInput as error:
            _show(form, error)
        else:
            _say(request, saved)
            return redirect("providers:provider", provider_id)
    return _page(request, provider_id, form, status=400)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def provider_models(request: OrganisationRequest, provider_id: str) -> HttpResponse:
    """Offer exactly the models that are ticked, and those that were typed."""
    typed = [name.strip() for name in request.POST.get("further", "").splitlines()]
    names = dict.fromkeys([*request.POST.getlist("models"), *filter(None, typed)])
    update_provider(
        actor=request.actor,
        provider_id=provider_id,
        models=[ModelInput(name) for name in names],
        confirmed="confirm" in request.POST,
    )
    messages.success(request, _("Saved."))
    return redirect("providers:provider", provider_id)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def provider_test(request: OrganisationRequest, provider_id: str) -> HttpResponse:
    """Try it out again."""
    _say(request, try_provider(actor=request.actor, provider_id=provider_id))
    return redirect("providers:provider", provider_id)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def provider_switch(request: OrganisationRequest, provider_id: str) -> HttpResponse:
    """Disable it, or enable it again; the dialog has named the assistants that use it."""
    enabled = request.POST.get("enabled") == "1"
    update_provider(actor=request.actor, provider_id=provider_id, enabled=enabled, confirmed=True)
    messages.success(request, _("It is enabled.") if enabled else _("It is disabled."))
    return redirect("providers:provider", provider_id)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def provider_delete(request: OrganisationRequest, provider_id: str) -> HttpResponse:
    """Delete it; the dialog has named the assistants that use it."""
    delete_provider(actor=request.actor, provider_id=provider_id, confirmed=True)
    messages.success(request, _("Deleted, and its key with it."))
    return redirect("providers:provider_list")


def _say(request: OrganisationRequest, made: OrganisationProvider) -> None:
    said = sentence(made.test_code, made.test_model)
    if made.test_code == "ok":
        messages.success(request, _("“%(name)s” works. %(said)s") % {"name": made.name, "said": said})
    else:
        messages.error(request, _("“%(name)s” failed its test. %(said)s") % {"name": made.name, "said": said})


def _show(form: forms.Form, error: InvalidInput) -> None:
    for wrong in error.errors:
        form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)


def _page(
    request: OrganisationRequest, provider_id: str, form: ProviderEditForm | None = None, *, status: int = 200
) -> HttpResponse:
    organisation = request.actor.organisation
    with tenant_scope(organisation):
        row = access_provider(organisation, provider_id)
        models = list(own_models(row))
        uses = uses_of_provider(row)
    initial = {"name": row.name, "base_url": row.base_url, "region": row.region or UNKNOWN_REGION}
    context = {
        "provider": row,
        "models": models,
        "uses": uses,
        "said": sentence(row.test_code, row.test_model),
        "form": form or ProviderEditForm(initial=initial),
        "currency": settings.CURRENCY,
    }
    return TemplateResponse(request, "providers/provider.html", context, status=status)
