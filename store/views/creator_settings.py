"""Where an organisation looks after its page as a creator, and proves its domains."""

import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.check_domain import check_domain
from store.actions.drop_domain import drop_domain
from store.actions.prove_domain import prove_by_email, prove_by_record
from store.actions.save_creator_page import CreatorFields, save_creator_page
from store.creator_forms import AddressForm, CreatorForm, DomainForm
from store.creators.proofs import shown_proofs
from store.creators.queries import own_page

MANAGE = Permission.MANAGE_ORGANISATION


@organisation_page(MANAGE)
def creator_settings(request: OrganisationRequest) -> HttpResponse:
    """Show the page's settings and the domains."""
    return _settings(request)


@organisation_page(MANAGE, methods=("POST",))
def creator_save(request: OrganisationRequest) -> HttpResponse:
    """Save the page, or roll another picture for it."""
    if request.POST.get("wish") == "picture":
        save_creator_page(actor=request.actor, fields=CreatorFields(picture_seed=secrets.token_hex(8)))
        return redirect("store:creator_settings")
    form = CreatorForm(request.POST)
    if form.is_valid():
        try:
            save_creator_page(actor=request.actor, fields=form.fields_given())
        except InvalidInput as refusal:
            for error in refusal.errors:
                form.refuse(error.field, error.message)
        else:
            messages.success(request, _("Saved."))
            return redirect("store:creator_settings")
    return _settings(request, form=form, status=400)


@organisation_page(MANAGE, methods=("POST",))
def domain_add(request: OrganisationRequest) -> HttpResponse:
    """Begin to prove a domain, by a record or by an address."""
    by_email = "address" in request.POST
    form: Any = AddressForm(request.POST) if by_email else DomainForm(request.POST)
    if form.is_valid():
        try:
            if by_email:
                prove_by_email(
                    actor=request.actor, language=get_language() or "en", address=form.cleaned_data["address"]
                )
                messages.success(request, _("The link is on its way. It works for 24 hours."))
            else:
                prove_by_record(actor=request.actor, domain=form.cleaned_data["domain"])
        except InvalidInput as refusal:
            for error in refusal.errors:
                form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return redirect("store:creator_settings")
    return _settings(request, **{"address_form" if by_email else "domain_form": form}, status=400)


@organisation_page(MANAGE, methods=("POST",))
def domain_check(request: OrganisationRequest, proof_id: str) -> HttpResponse:
    """Look at a domain's record now."""
    check_domain(actor=request.actor, proof_id=proof_id)
    if request.headers.get("HX-Request") != "true":
        return redirect("store:creator_settings")
    return _domains(request)


@organisation_page(MANAGE, methods=("POST",))
def domain_remove(request: OrganisationRequest, proof_id: str) -> HttpResponse:
    """Give up a domain."""
    drop_domain(actor=request.actor, proof_id=proof_id)
    messages.success(request, _("The domain is removed."))
    return redirect("store:creator_settings")


@organisation_page(MANAGE)
def domain_list(request: OrganisationRequest) -> HttpResponse:
    """How the domains stand: asked for again while one is being looked at."""
    return _domains(request)


def _domains(request: OrganisationRequest) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        context = {"proofs": shown_proofs(request.actor)}
    return TemplateResponse(request, "store/creators/_domains.html", context)


def _settings(
    request: OrganisationRequest,
    *,
    form: CreatorForm | None = None,
    domain_form: DomainForm | None = None,
    address_form: AddressForm | None = None,
    status: int = 200,
) -> HttpResponse:
    organisation = request.actor.organisation
    with tenant_scope(organisation):
        page = own_page(organisation)
        context = {
            "creator": page,
            "form": form or CreatorForm.of(page, organisation.name),
            "domain_form": domain_form or DomainForm(),
            "address_form": address_form or AddressForm(),
            "proofs": shown_proofs(request.actor),
        }
    return TemplateResponse(request, "store/creators/settings.html", context, status=status)
