"""Where the organisation's assistants search the web."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from assistants.tools.actions.forget_search_provider import forget_search_provider
from assistants.tools.actions.keep_search_provider import keep_search_provider
from assistants.tools.searching.chosen import of_installation, search_provider
from assistants.tools.searching.forms import SearchProviderForm, TrySearchForm
from assistants.tools.searching.trying import try_search
from kernel.errors import DomainError, InvalidInput
from kernel.money import format_money
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.MANAGE_ORGANISATION)
def web_search(request: OrganisationRequest) -> HttpResponse:
    """Show which service is asked, and choose one."""
    return _page(request)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def web_search_save(request: OrganisationRequest) -> HttpResponse:
    """Choose a service."""
    form = SearchProviderForm(request.POST)
    if form.is_valid():
        try:
            kept = keep_search_provider(actor=request.actor, **form.cleaned_data)
        except InvalidInput as error:
            for wrong in error.errors:
                form.add_error(wrong.field if wrong.field in form.fields else None, wrong.message)
        else:
            said = _("%(service)s searches from now on. Try it out below.")
            messages.success(request, said % {"service": kept.get_kind_display()})
            return redirect("tools:web_search")
    return _page(request, status=400, form=form)


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def web_search_remove(request: OrganisationRequest) -> HttpResponse:
    """Forget the organisation's own choice."""
    forget_search_provider(actor=request.actor)
    messages.success(request, _("Removed, and its key with it."))
    return redirect("tools:web_search")


@organisation_page(Permission.MANAGE_ORGANISATION, methods=("POST",))
def web_search_try(request: OrganisationRequest) -> HttpResponse:
    """Search once, and show what comes of it."""
    form = TrySearchForm(request.POST)
    if not form.is_valid():
        return _page(request, status=400, trying=form)
    try:
        hits = try_search(actor=request.actor, query=form.cleaned_data["query"])
    except DomainError as error:
        return _page(request, status=error.status, trying=form, failure=error.message)
    return _page(request, trying=form, hits=hits)


def _page(request: OrganisationRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        row = search_provider(request.actor.organisation)
    installation, price = of_installation(), int(settings.WEB_SEARCH_PRICE_MICRO)
    initial = {"kind": row.kind, "url": row.url} if row else {}
    context = {
        "row": row,
        "installation": installation,
        "price": format_money(price, settings.CURRENCY, places=6) if price and installation else "",
        "form": SearchProviderForm(initial=initial),
        "trying": TrySearchForm(),
    }
    return TemplateResponse(request, "tools/web_search.html", context | more, status=status)
