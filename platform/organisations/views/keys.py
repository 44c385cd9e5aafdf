"""API keys."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from kernel.pagination import paginate
from organisations.actions.create_api_key import create_api_key
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.forms import KeyForm
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.queries import visible_api_keys


@organisation_page(Permission.MANAGE_KEYS)
def key_list(request: OrganisationRequest) -> HttpResponse:
    """List the keys that the person may see."""
    context = {
        "page": paginate(visible_api_keys(request.actor), cursor=request.GET.get("cursor"), limit=25),
        "everybodys": request.actor.can(Permission.MANAGE_MEMBERS),
        "now": timezone.now(),
    }
    return render(request, "organisations/key_list.html", context)


@organisation_page(Permission.MANAGE_KEYS)
def key_new(request: OrganisationRequest) -> HttpResponse:
    """Ask what a new key is for."""
    return render(request, "organisations/key_new.html", {"form": KeyForm(actor=request.actor)})


@organisation_page(Permission.MANAGE_KEYS, methods=("POST",))
def key_create(request: OrganisationRequest) -> HttpResponse:
    """Make a key and show its secret, on this answer only."""
    form = KeyForm(request.POST, actor=request.actor)
    if not form.is_valid():
        return TemplateResponse(request, "organisations/key_new.html", {"form": form}, status=400)
    made = create_api_key(
        actor=request.actor,
        name=form.cleaned_data["name"],
        scopes=form.chosen_scopes(),
        expires_at=form.expires_at(),
    )
    response = TemplateResponse(request, "organisations/key_made.html", {"made": made}, status=201)
    response["Cache-Control"] = "no-store"
    return response


@organisation_page(Permission.MANAGE_KEYS, methods=("POST",))
def key_revoke(request: OrganisationRequest, key_id: str) -> HttpResponse:
    """Stop a key from working."""
    key = revoke_api_key(actor=request.actor, key_id=key_id)
    messages.success(request, _("“%(name)s” no longer works.") % {"name": key.name})
    return redirect("organisations:key_list")
