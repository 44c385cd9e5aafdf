"""The wallet: what is in it, buying credit, and what became of it."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from billing.actions.change_auto_top_up import start_auto_top_up, stop_auto_top_up
from billing.actions.set_billing_country import set_billing_country
from billing.actions.set_tax_number import set_tax_number
from billing.actions.start_top_up import start_top_up
from billing.models import Payment
from billing.payments.errors import PaymentProviderDown
from billing.payments.gateway import payments_on, stripe_api
from billing.payments.tax_numbers import tax_number_of
from billing.selling.requests import decides_requests, requests_waiting
from billing.wallet.automatic import on_card_saved
from billing.wallet.forms import (
    AutoTopUpForm,
    BillingCountryForm,
    TaxNumberForm,
    TopUpForm,
    shown,
    tax_number_shown,
)
from billing.wallet.history import entries_of, history_csv, movements
from billing.wallet.queries import access_payment, automatic_of, payments_of, wallet_of
from billing.wallet.topping_up import confirm_return, is_own
from kernel.errors import DomainError, NotFound
from kernel.money import format_money
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

LOOKS_AFTER = Permission.MANAGE_BILLING
LINES = 25
RECEIPTS = 12


@organisation_page(LOOKS_AFTER, scope=False)
def wallet_page(request: OrganisationRequest) -> HttpResponse:
    """The wallet; on the way back from the payment provider's page it asks how that ended."""
    if request.GET.get("session"):
        _tell_return(request, request.GET["session"])
        return redirect("billing:wallet")
    if request.GET.get("card"):
        _tell_card(request, request.GET["card"])
        return redirect("billing:wallet")
    return _wallet(request)


@organisation_page(LOOKS_AFTER, methods=("POST",))
def wallet_top_up(request: OrganisationRequest) -> HttpResponse:
    """Go to the payment provider's page; what was typed stays where that is refused."""
    form = TopUpForm(request.POST)
    if not form.is_valid():
        return _wallet(request, top_up=form, status=400)
    try:
        return leave(request, start_top_up(actor=request.actor, amount=form.micro()))
    except DomainError as error:
        form.add_error("amount" if error.errors else None, _said(error))
        return _wallet(request, top_up=form, status=error.status)


@organisation_page(LOOKS_AFTER, methods=("POST",))
def wallet_automatic(request: OrganisationRequest) -> HttpResponse:
    """Let the wallet fill itself, or no longer."""
    if request.POST.get("stop"):
        stop_auto_top_up(actor=request.actor)
        messages.success(request, _("Nothing is charged by itself any more."))
        return redirect("billing:wallet")
    form = AutoTopUpForm(request.POST)
    if not form.is_valid():
        return _wallet(request, automatic=form, status=400)
    try:
        other = bool(request.POST.get("other_card"))
        address = start_auto_top_up(actor=request.actor, other_card=other, **form.values())
    except DomainError as error:
        form.add_error(error.errors[0].field if error.errors else None, _said(error))
        return _wallet(request, automatic=form, status=error.status)
    if address:
        return leave(request, address)
    messages.success(request, _("Saved. The wallet fills itself."))
    return redirect("billing:wallet")


@organisation_page(LOOKS_AFTER, methods=("POST",))
def wallet_country(request: OrganisationRequest) -> HttpResponse:
    """Say where the organisation is billed."""
    form = BillingCountryForm(request.POST)
    if not form.is_valid():
        return _wallet(request, country=form, status=400)
    set_billing_country(actor=request.actor, country=form.cleaned_data["country"])
    messages.success(request, _("Saved."))
    return redirect("billing:wallet")


@organisation_page(LOOKS_AFTER, methods=("POST",))
def wallet_tax_number(request: OrganisationRequest) -> HttpResponse:
    """Say under which number the tax office knows the organisation; what was typed stays where that is refused."""
    form = TaxNumberForm(request.POST)
    if not form.is_valid():
        return _wallet(request, tax_number=form, status=400)
    try:
        set_tax_number(actor=request.actor, **form.cleaned_data)
    except DomainError as error:
        form.add_error(error.errors[0].field if error.errors else None, _said(error))
        return _wallet(request, tax_number=form, status=error.status)
    messages.success(request, _("Saved."))
    return redirect("billing:wallet")


@organisation_page(LOOKS_AFTER)
def wallet_history(request: OrganisationRequest) -> HttpResponse:
    """The whole history as a table for spreadsheets."""
    content = "".join(history_csv(request.actor.organisation, settings.CURRENCY))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="wallet.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@organisation_page(LOOKS_AFTER)
def payment_receipt(request: OrganisationRequest, payment_id: str) -> HttpResponse:
    """Our own receipt of a payment."""
    payment = access_payment(request.actor, payment_id)
    context = {
        "nav": "organisation",
        "payment": payment,
        "net": payment.paid - payment.tax,
        "organisation": request.actor.organisation,
        "tax_number": tax_number_of(request.actor.organisation),
        "has_invoice": bool(payment.invoice_id) and payments_on(),
    }
    return render(request, "billing/wallet/receipt.html", context)


@organisation_page(LOOKS_AFTER, scope=False)
def payment_invoice(request: OrganisationRequest, payment_id: str) -> HttpResponse:
    """On to the payment provider's invoice, whose address is asked for anew: an old one stops working."""
    with tenant_scope(request.actor.organisation):
        payment = access_payment(request.actor, payment_id)
    if not payment.invoice_id:
        raise NotFound
    address = stripe_api().retrieve("invoice", payment.invoice_id).get("hosted_invoice_url")
    if not address:
        raise NotFound
    return redirect(str(address))


def leave(request: OrganisationRequest, address: str) -> HttpResponse:
    """A page that goes on to the payment provider: a form that is sent may not redirect to another site."""
    return render(request, "billing/wallet/leaving.html", {"address": address, "nav": "organisation"})


def _tell_return(request: OrganisationRequest, session_id: str) -> None:
    try:
        payment = confirm_return(request.actor, session_id)
    except PaymentProviderDown:
        payment = None
    if payment is not None and payment.state == Payment.State.PAID:
        said = _("%(sum)s of credit is in the wallet.")
        messages.success(request, said % {"sum": format_money(payment.amount, settings.CURRENCY)})
    else:
        messages.info(request, _("Thank you. The credit is added as soon as the payment has arrived."))


def _tell_card(request: OrganisationRequest, session_id: str) -> None:
    """The page was left by whom it was opened for: any other session's customer is another organisation's."""
    try:
        session = stripe_api().retrieve("checkout.session", session_id)
        if is_own(request.actor.organisation, session):
            on_card_saved(session)
    except DomainError:
        return
    with tenant_scope(request.actor.organisation):
        row = automatic_of(request.actor.organisation)
    if row is not None and row.enabled:
        messages.success(request, _("The card is saved. The wallet fills itself."))


def _wallet(
    request: OrganisationRequest,
    *,
    top_up: TopUpForm | None = None,
    automatic: AutoTopUpForm | None = None,
    country: BillingCountryForm | None = None,
    tax_number: TaxNumberForm | None = None,
    status: int = 200,
) -> HttpResponse:
    organisation = request.actor.organisation
    with tenant_scope(organisation):
        page = paginate(
            entries_of(organisation), cursor=request.GET.get("cursor"), limit=LINES, order=("-id",)
        )
        row, wallet = automatic_of(organisation), wallet_of(organisation)
        context = {
            "nav": "organisation",
            "payments_on": payments_on(),
            "wallet": wallet,
            "requests": requests_waiting(request.actor),
            "decides_requests": decides_requests(request.actor),
            "free": wallet.balance - wallet.reserved,
            "page": page,
            "movements": movements(organisation, page.results),
            "payments": list(payments_of(organisation).order_by("-created_at", "-id")[:RECEIPTS]),
            "top_up": top_up or TopUpForm(initial={"amount": "20"}),
            "country_form": country or BillingCountryForm(initial={"country": wallet.country}),
            "tax_number_form": tax_number
            or TaxNumberForm(initial=tax_number_shown(tax_number_of(organisation))),
            "automatic": row,
            "automatic_form": automatic or AutoTopUpForm(initial=shown(row)),
        }
        return render(request, "billing/wallet/wallet.html", context, status=status)


def _said(error: DomainError) -> str:
    return " ".join(one.message for one in error.errors) or error.message
