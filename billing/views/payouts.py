"""What a creator is paid and was paid, and where to."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.actions.connect_payout_account import (
    connect_payout_account,
    refresh_payout_account,
    stripe_pages,
)
from billing.actions.set_bank_account import set_bank_account
from billing.earning.balances import payable
from billing.earning.words import kind_in_words
from billing.models import PayoutAccount
from billing.payments.gateway import payments_on
from billing.payouts.accounts import in_words
from billing.payouts.forms import BankForm, CountryForm
from billing.payouts.queries import (
    access_payout,
    account_of,
    is_paused,
    next_day,
    on_the_way,
    paid_so_far,
    payouts_of,
)
from kernel.errors import DomainError, InvalidInput
from kernel.money import format_money
from kernel.pagination import paginate
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

MANAGES = Permission.MANAGE_BILLING
PAGE = 30


@organisation_page(MANAGES)
def payout_list(request: OrganisationRequest) -> HttpResponse:
    organisation = request.actor.organisation
    page = paginate(
        payouts_of(organisation),
        cursor=request.GET.get("cursor"),
        limit=PAGE,
        order=("-created_at", "-id"),
    )
    account = account_of(organisation)
    context = _account_context(account) | {
        "page": page,
        "payable": payable(organisation.pk),
        "paid": paid_so_far(organisation),
        "on_the_way": on_the_way(organisation),
        "next_day": next_day(timezone.now().date(), account),
        "minimum": settings.PAYOUT_MINIMUM_MICRO,
    }
    return render(request, "billing/payouts/list.html", context)


@organisation_page(MANAGES)
def payout_page(request: OrganisationRequest, payout_id: str) -> HttpResponse:
    payout = access_payout(request.actor.organisation, payout_id)
    figures = payout.figures
    lines = [
        (_("Owed after the payout before"), figures["before"]),
        *((kind_in_words(kind), amount) for kind, amount in figures["moved"].items()),
        (_("Stays owed: it waits, or is less than a coin"), -figures["left"]),
    ]
    made_of = [(words, _exact(amount)) for words, amount in lines if amount]
    context = {"payout": payout, "made_of": made_of, "sum": _exact(payout.amount), "nav": "organisation"}
    return render(request, "billing/payouts/payout.html", context)


@organisation_page(MANAGES)
def payout_account(request: OrganisationRequest) -> HttpResponse:
    return _account_page(request, CountryForm(), BankForm())


@organisation_page(MANAGES, methods=("POST",))
def payout_connect(request: OrganisationRequest) -> HttpResponse:
    """Set the account at Stripe up, or go on with it."""
    form = CountryForm(request.POST)
    back = settings.PUBLIC_URL + reverse("billing:payout_return")
    try:
        address = connect_payout_account(
            actor=request.actor,
            country=str(form.data.get("country", "")),
            refresh_url=f"{back}?again=1",
            return_url=back,
        )
    except InvalidInput as refused:
        form.add_error("country", refused.errors[0].message)
        return _account_page(request, form, BankForm(), status=400)
    return _leaving(request, address)


@organisation_page(MANAGES, scope=False)
def payout_return(request: OrganisationRequest) -> HttpResponse:
    """Back from Stripe's page: see what it says now."""
    with tenant_scope(request.actor.organisation):
        account = account_of(request.actor.organisation)
    if account is not None and account.account_id:
        try:
            refresh_payout_account(key=account.pk)
        except DomainError as error:
            messages.warning(request, error.message)
    if request.GET.get("again"):
        messages.info(request, _("Stripe's page had expired. Continue once more."))
    return redirect("billing:payout_account")


@organisation_page(MANAGES, methods=("POST",))
def payout_pages(request: OrganisationRequest) -> HttpResponse:
    """On to the organisation's own pages at Stripe."""
    return _leaving(request, stripe_pages(actor=request.actor))


@organisation_page(MANAGES, methods=("POST",))
def payout_bank(request: OrganisationRequest) -> HttpResponse:
    """Be paid to a bank account."""
    form = BankForm(request.POST)
    if form.is_valid():
        try:
            set_bank_account(actor=request.actor, **form.cleaned_data)
        except InvalidInput as refused:
            for one in refused.errors:
                form.add_error(one.field, one.message)
        else:
            messages.success(
                request, _("The payout account was changed. Everybody who looks after money is told.")
            )
            return redirect("billing:payout_account")
    return _account_page(request, CountryForm(), form, status=400)


def _account_page(
    request: OrganisationRequest, country: CountryForm, bank: BankForm, *, status: int = 200
) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        account = account_of(request.actor.organisation)
        context = _account_context(account) | {"country_form": country, "bank_form": bank}
        return render(request, "billing/payouts/account.html", context, status=status)


def _account_context(account: PayoutAccount | None) -> dict[str, Any]:
    return {
        "account": account,
        "paused": account is not None and is_paused(account, timezone.now()),
        "missing": in_words(account.requirements) if account else [],
        "pause_hours": settings.PAYOUT_PAUSE_HOURS,
        "payments_on": payments_on(),
        "nav": "organisation",
    }


def _exact(micro: int) -> str:
    return format_money(micro, settings.CURRENCY, places=4)


def _leaving(request: OrganisationRequest, address: str) -> HttpResponse:
    context = {"address": address, "host": urlsplit(address).hostname, "nav": "organisation"}
    return render(request, "billing/payouts/leaving.html", context)
