"""What a product costs, agreeing and buying; and everything that somebody agreed to and bought."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from billing.actions.accept_price import accept_price
from billing.actions.ask_to_spend import ask_to_spend
from billing.actions.buy_product import buy_product
from billing.actions.change_acceptance import change_cap, end_acceptance
from billing.actions.refund_purchase import ask_refund, take_refund
from billing.actions.switch_renewal import switch_renewal
from billing.ledger import wallet_free
from billing.models import Sale
from billing.payments.tax_numbers import tax_number_of
from billing.selling.card import card_of
from billing.selling.forms import typed_cap, units
from billing.selling.purchases import (
    acceptances,
    open_requests,
    payments,
    price_at_renewal,
    purchases,
    refundable,
    spent_this_month,
)
from kernel.errors import DomainError, InvalidInput, NotFound
from kernel.pagination import paginate
from kernel.registries import products
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

USES = Permission.USE_ASSISTANTS
RECEIPTS = 20
LONGEST_SUM = 16


@organisation_page(USES)
def offer_detail(request: OrganisationRequest, reference: str) -> HttpResponse:
    """The price of a product: a page, or the card alone for a chat."""
    return _offer(request, reference)


@organisation_page(USES, methods=("POST",))
def offer_accept(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Agree to pay for messages."""
    return _settled(
        request,
        reference,
        lambda: accept_price(
            actor=request.actor,
            reference=reference,
            cap=typed_cap(request.POST),
            expected=_seen(request),
        ),
        _("You agreed to the price. The page Purchases shows what you pay, and takes it back."),
    )


@organisation_page(USES, methods=("POST",))
def offer_buy(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Buy it for a month at a time, or for good."""
    return _settled(
        request,
        reference,
        lambda: buy_product(
            actor=request.actor,
            reference=reference,
            kind=request.POST.get("kind", ""),
            expected=_seen(request),
        ),
        _("It is yours. The page Purchases has the receipt."),
    )


@organisation_page(USES, methods=("POST",))
def offer_ask(request: OrganisationRequest, reference: str) -> HttpResponse:
    """Ask those who look after the wallet."""
    return _settled(
        request,
        reference,
        lambda: ask_to_spend(
            actor=request.actor,
            reference=reference,
            kind=request.POST.get("kind", ""),
            cap=typed_cap(request.POST),
            reason=request.POST.get("reason", ""),
        ),
        _("You asked. You hear of it as soon as somebody has decided."),
        goes_on=False,
    )


@organisation_page(USES)
def purchase_list(request: OrganisationRequest) -> HttpResponse:
    """Everything that somebody bought and agreed to, and their receipts."""
    asked = open_requests(request.actor)
    rows = [
        {
            "bought": one,
            "refund": refundable(one) if one.is_lasting else None,
            "next": price_at_renewal(one) if one.renews else None,
        }
        for one in purchases(request.actor).order_by(F("ended_at").desc(nulls_first=True), "-started_at")[
            :100
        ]
    ]
    page = paginate(
        payments(request.actor),
        cursor=request.GET.get("cursor"),
        limit=RECEIPTS,
        order=("-created_at", "-id"),
    )
    for sale in page.results:
        sale.request = asked.get(sale.public_id)
    context = {
        "nav": "organisation",
        "rows": rows,
        "words": [
            {"word": word, "spent": spent_this_month(word), "cap": units(word.cap)}
            for word in acceptances(request.actor)
        ],
        "page": page,
        "free": wallet_free(request.actor.organisation.pk),
        "refund_days": settings.REFUND_DAYS,
        "refund_answers": settings.REFUND_ANSWERS,
        "grace_days": settings.RENEWAL_GRACE_DAYS,
        "notice_days": settings.PRICE_NOTICE_DAYS,
    }
    return render(request, "billing/selling/purchases.html", context)


@organisation_page(USES)
def receipt(request: OrganisationRequest, sale_id: str) -> HttpResponse:
    """One payment, to be printed."""
    sale: Sale | None = payments(request.actor).filter(public_id=sale_id).first()
    if sale is None:
        raise NotFound
    organisation = request.actor.organisation
    context = {
        "nav": "organisation",
        "sale": sale,
        "organisation": organisation,
        "tax_number": tax_number_of(organisation),
    }
    return render(request, "billing/selling/receipt.html", context)


@organisation_page(USES, methods=("POST",))
def acceptance_cap(request: OrganisationRequest, acceptance_id: str) -> HttpResponse:
    """Set one's own limit."""
    return _done(
        request,
        lambda: change_cap(actor=request.actor, acceptance_id=acceptance_id, cap=typed_cap(request.POST)),
        _("Your limit is saved."),
    )


@organisation_page(USES, methods=("POST",))
def acceptance_end(request: OrganisationRequest, acceptance_id: str) -> HttpResponse:
    """Pay for no further message."""
    return _done(
        request,
        lambda: end_acceptance(actor=request.actor, acceptance_id=acceptance_id),
        _("Nothing more is paid for its messages unless you agree again."),
    )


@organisation_page(USES, methods=("POST",))
def purchase_renewal(request: OrganisationRequest, purchase_id: str) -> HttpResponse:
    """Switch its renewal on or off."""
    renews = request.POST.get("renews") == "yes"
    words = _("It renews by itself.") if renews else _("It ends with the month that is paid.")
    return _done(
        request,
        lambda: switch_renewal(actor=request.actor, purchase_id=purchase_id, renews=renews),
        words,
    )


@organisation_page(USES, methods=("POST",))
def purchase_refund(request: OrganisationRequest, purchase_id: str) -> HttpResponse:
    """Give it back at once, where the rule allows it."""
    return _done(
        request,
        lambda: take_refund(actor=request.actor, purchase_id=purchase_id),
        _("It was paid back into the wallet."),
    )


@organisation_page(USES, methods=("POST",))
def refund_ask(request: OrganisationRequest, sale_id: str) -> HttpResponse:
    """Ask its creator for the money."""
    return _done(
        request,
        lambda: ask_refund(actor=request.actor, sale_id=sale_id, reason=request.POST.get("reason", "")),
        _("You asked its creator. You hear of it as soon as it is decided."),
    )


def _seen(request: OrganisationRequest) -> int | None:
    """The price that was shown with the form."""
    value = request.POST.get("expected", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) <= LONGEST_SUM else None


def _settled(
    request: OrganisationRequest, reference: str, act: Callable[[], Any], words: str, *, goes_on: bool = True
) -> HttpResponse:
    """Do it, and go on: in a chat the question that waited is asked, elsewhere the page of the price says how it stands."""
    try:
        act()
    except DomainError as refused:
        return _offer(request, reference, problem=_words_of(refused), status=refused.status)
    if not request.headers.get("HX-Request"):
        messages.success(request, words)
        return redirect("billing:offer", reference)
    if goes_on:
        response = HttpResponse("")
        response["HX-Trigger"] = "price-settled"
        return response
    return _offer(request, reference, said=words)


def _offer(
    request: OrganisationRequest, reference: str, *, problem: str = "", said: str = "", status: int = 200
) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        card = card_of(request.actor, products.get()(request.actor, reference))
    context = {"nav": "store", "card": card, "problem": problem, "said": said, "reference": reference}
    if request.headers.get("HX-Request"):
        # Shown in its place, whatever it says.
        return TemplateResponse(request, "billing/selling/_card.html", context | {"in_chat": True})
    return TemplateResponse(request, "billing/selling/offer.html", context, status=status)


def _done(request: OrganisationRequest, act: Callable[[], Any], words: str) -> HttpResponse:
    try:
        act()
    except InvalidInput as refused:
        messages.error(request, _words_of(refused))
    else:
        messages.success(request, words)
    return redirect("billing:purchases")


def _words_of(refused: DomainError) -> str:
    return refused.errors[0].message if refused.errors else refused.message
