"""Ready-made connectors for administrators: the organisation's client at each service, and what depends on it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from assistants.actions.actions.forget_connector_client import forget_connector_client
from assistants.actions.actions.keep_connector_client import keep_connector_client
from assistants.actions.connector_forms import ConnectorClientForm
from assistants.actions.connectors.catalogue import SOURCE, Connector, connector, connectors
from assistants.actions.connectors.clients import client_of, clients_of
from assistants.actions.connectors.uses import uses_of
from assistants.actions.origins.catalogue import host_of, is_read
from assistants.connections.actions.begin_consent import GENERAL_CALLBACK
from assistants.connections.refs import safe_return
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.MANAGE_ORGANISATION)
def connector_list(request: OrganisationRequest) -> HttpResponse:
    """List the connectors that need a client of the organisation's, and whether it is there."""
    clients = clients_of(request.actor.organisation)
    uses = uses_of(request.actor, [one.name for one in connectors()])
    rows = [(one, clients.get(one.name), uses[one.name]) for one in connectors() if one.needs_client]
    context = {
        "apps": [row for row in rows if row[0].kind != SOURCE],
        "also_read": [one.title for one, *_rest in rows if one.kind != SOURCE and is_read(one)],
        "sources": [row for row in rows if row[0].kind == SOURCE],
        "others": [(one, uses[one.name]) for one in connectors() if not one.needs_client],
    }
    return TemplateResponse(request, "actions/connector_list.html", context)


@organisation_page(Permission.MANAGE_ORGANISATION)
def connector_detail(request: OrganisationRequest, name: str) -> HttpResponse:
    """Show how a connector is set up, and the form for its client. `?return_to=` is a page of this site to lead back to."""
    return _page(request, _with_client(name))


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def connector_client_keep(request: OrganisationRequest, name: str) -> HttpResponse:
    """Register the organisation's client, or another one in its place."""
    found = _with_client(name)
    with tenant_scope(request.actor.organisation):
        kept = client_of(request.actor.organisation, found.name) is not None
    form = ConnectorClientForm(request.POST, connector=found, kept=kept)
    if form.is_valid():
        given = form.cleaned_data
        values = {one.name: given[f"values.{one.name}"] for one in found.values}
        try:
            keep_connector_client(
                actor=request.actor,
                name=found.name,
                client_id=given["client_id"],
                client_secret=given["client_secret"] or None,
                values=values,
            )
        except InvalidInput as error:
            for wrong in error.errors:
                form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
        else:
            words = _("Saved. Whoever builds assistants can add %(service)s now.")
            messages.success(request, words % {"service": found.title})
            back = safe_return(request.POST.get("return_to", ""))
            return redirect(back) if back else redirect("actions:connector_detail", found.name)
    return _page(request, found, form, status=400)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def connector_client_forget(request: OrganisationRequest, name: str) -> HttpResponse:
    """Forget the organisation's client."""
    found = _with_client(name)
    forget_connector_client(actor=request.actor, name=found.name)
    messages.success(
        request, _("%(service)s is forgotten, and its secret with it.") % {"service": found.title}
    )
    return redirect("actions:connector_detail", found.name)


def _with_client(name: str) -> Connector:
    found = connector(name)
    if not found.needs_client:
        raise NotFound
    return found


def _page(
    request: OrganisationRequest,
    found: Connector,
    form: ConnectorClientForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    redirect_uri = settings.PUBLIC_URL + GENERAL_CALLBACK
    with tenant_scope(request.actor.organisation):
        client = client_of(request.actor.organisation, found.name)
        uses = uses_of(request.actor, [found.name])[found.name]
    if form is None:
        values = {f"values.{key}": value for key, value in client.values.items()} if client else {}
        initial = {"client_id": client.client_id, **values} if client else {}
        form = ConnectorClientForm(initial=initial, connector=found, kept=client is not None)
    context: dict[str, Any] = {
        "connector": found,
        "host": host_of(found),
        "return_to": safe_return(request.POST.get("return_to") or request.GET.get("return_to", "")),
        "client": client,
        "form": form,
        "places": [form[f"values.{one.name}"] for one in found.values],
        "uses": uses,
        "redirect_uri": redirect_uri,
        "guide": found.docs_with(redirect_uri),
    }
    return TemplateResponse(request, "actions/connector_detail.html", context, status=status)
