"""API keys."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.actions.create_api_key import NewApiKey, create_api_key
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.actions.rotate_api_key import rotate_api_key
from organisations.key_forms import OVERLAPS, KeyForm, RotationForm
from organisations.models import ServiceAccount
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission, require
from organisations.queries import access_service_account, visible_api_keys


@organisation_page(Permission.MANAGE_KEYS)
def key_list(request: OrganisationRequest) -> HttpResponse:
    """List the keys that the person may see."""
    context = {
        "page": paginate(visible_api_keys(request.actor), cursor=request.GET.get("cursor"), limit=25),
        "everybodys": request.actor.can(Permission.MANAGE_MEMBERS),
        "may_rotate_machines": request.actor.can(Permission.MANAGE_SERVICE_ACCOUNTS),
        "overlaps": OVERLAPS,
        "currency": settings.CURRENCY,
        "now": timezone.now(),
    }
    return render(request, "organisations/key_list.html", context)


@organisation_page(Permission.MANAGE_KEYS)
def key_new(request: OrganisationRequest) -> HttpResponse:
    """Ask what a new key is for."""
    account = _account(request, request.GET.get("service_account", ""))
    form = KeyForm(actor=request.actor, account=account)
    return render(request, "organisations/key_new.html", {"form": form, "account": account})


@organisation_page(Permission.MANAGE_KEYS, methods=("POST",))
def key_create(request: OrganisationRequest) -> HttpResponse:
    """Make a key and show its secret, on this answer only."""
    account = _account(request, request.POST.get("service_account", ""))
    form = KeyForm(request.POST, actor=request.actor, account=account)
    if not form.is_valid():
        context = {"form": form, "account": account}
        return TemplateResponse(request, "organisations/key_new.html", context, status=400)
    made = create_api_key(
        actor=request.actor,
        name=form.cleaned_data["name"],
        scopes=form.chosen_scopes(),
        expires_at=form.expires_at(),
        assistants=form.cleaned_data["assistants"],
        monthly_budget_micro=form.budget_micro(),
        service_account=account.public_id if account else "",
    )
    return _made(request, made)


@organisation_page(Permission.MANAGE_KEYS, methods=("POST",))
def key_rotate(request: OrganisationRequest, key_id: str) -> HttpResponse:
    """Give a key a new secret and show it, on this answer only."""
    form = RotationForm(request.POST)
    if not form.is_valid():
        raise InvalidInput.on("overlap_hours", "invalid_choice", _("Choose when the old secret ends."))
    hours = int(form.cleaned_data["overlap_hours"])
    return _made(request, rotate_api_key(actor=request.actor, key_id=key_id, overlap_hours=hours))


@organisation_page(Permission.MANAGE_KEYS, methods=("POST",))
def key_revoke(request: OrganisationRequest, key_id: str) -> HttpResponse:
    """Stop a key from working."""
    key = revoke_api_key(actor=request.actor, key_id=key_id)
    messages.success(request, _("“%(name)s” no longer works.") % {"name": key.name})
    return redirect("organisations:key_list")


def _account(request: OrganisationRequest, account_id: str) -> ServiceAccount | None:
    if not account_id:
        return None
    require(request.actor, Permission.MANAGE_SERVICE_ACCOUNTS)
    with tenant_scope(request.actor.organisation):
        return access_service_account(request.actor.organisation, account_id)


def _made(request: OrganisationRequest, made: NewApiKey) -> HttpResponse:
    response = TemplateResponse(request, "organisations/key_made.html", {"made": made}, status=201)
    response["Cache-Control"] = "no-store"
    return response
