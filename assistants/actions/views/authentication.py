"""How an action's calls are signed: shown, found out, and set."""

from typing import Any
from urllib.parse import urlsplit

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assistants.actions.actions.update_action import update_action
from assistants.actions.forms import AuthForm
from assistants.actions.models import Action
from assistants.actions.views.answers import moved
from assistants.actions.views.signing import profile_of_action, signing_of
from assistants.connections.actions.make_profile import ForeignOAuthHost
from assistants.connections.auth_settings import read_settings
from assistants.connections.mcp_oauth import (
    Discovery,
    DiscoveryFailed,
    discover,
    discover_issuer,
)
from kernel.errors import DomainError, InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.host_policy import held_to_policies_async
from organisations.pages import OrganisationRequest


def auth_context(actor: Actor, action: Action, base: str, form: AuthForm | None = None) -> dict[str, Any]:
    """What the template `actions/auth.html` needs, inside the organisation's scope."""
    profile = profile_of_action(action)
    suggested = (action.revision.suggested_auth if action.revision else None) or {}
    registration = ((profile.document.get("oauth") or {}) if profile else {}).get("registration", "")
    name = "connections:callback" if registration in ("metadata_document", "dynamic") else ""
    callback = (
        reverse(name) if name else reverse("connections:assistant_callback", args=[action.assistant_id])
    )
    return {
        "form": form or AuthForm.of(profile.document if profile else suggested),
        "signing": signing_of(actor, action, f"{base}/auth"),
        "profile": profile,
        "suggested": suggested.get("kind", "") if profile is None else "",
        "redirect_address": settings.PUBLIC_URL + callback,
        "foreign": bool(profile and profile.hosts_confirmed),
    }


def save_auth(request: OrganisationRequest, action: Action, base: str) -> HttpResponse:
    """Save the form; what is wrong stands beside its fields, and what was typed stays."""
    form = AuthForm(request.POST)
    foreign = False
    if form.is_valid():
        profile = profile_of_action(action)
        try:
            update_action(
                actor=request.actor,
                assistant_id=action.assistant_id,
                action_id=action.public_id,
                auth=read_settings(form.given(profile.document if profile else {})),
                hosts_confirmed=form.cleaned_data["hosts_confirmed"],
            )
        except ForeignOAuthHost as error:
            form.refuse(error)
            foreign = True
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. Calls are signed like this from now on."))
            return moved(f"{base}/auth")
    with tenant_scope(request.actor.organisation):
        context = auth_context(request.actor, action, base, form)
        context |= {
            "action": action,
            "base": base,
            "may_edit": True,
            "foreign": foreign or context["foreign"],
        }
        return render(request, "actions/_auth_form.html", context)


def find_out(request: OrganisationRequest, action: Action) -> JsonResponse:
    """Ask a server how it wants to be asked (RFC 9728, RFC 8414): the fields of the form.

    Raises:
        InvalidInput: no address. EgressError, HostForbidden, DiscoveryFailed: it says nothing that can be used.
    """
    address = str(request.POST.get("address", "")).strip() or action.server_url
    if not urlsplit(address).scheme:
        raise InvalidInput.on("address", "invalid", _("Give an address that begins with https://."))
    found = async_to_sync(_discovered)(request.actor, address[:2000])
    methods = {"client_secret_basic": "basic", "client_secret_post": "post", "none": "none"}
    offered = [methods[one] for one in found.token_auth_methods if one in methods]
    return JsonResponse(
        {
            "authorization_url": found.authorization_url,
            "token_url": found.token_url,
            "revocation_url": found.revocation_url,
            "resource": found.resource,
            "scopes": " ".join(found.scopes),
            "token_auth": offered[0] if offered else "basic",
            "grant": "authorization_code",
        }
    )


async def _discovered(actor: Actor, address: str) -> Discovery:
    async with held_to_policies_async(actor.organisation.pk):
        try:
            return await discover(address)
        except DiscoveryFailed:
            # Not the API's address, but that of the server that gives out its tokens.
            return await discover_issuer(address)
