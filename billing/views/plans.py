"""Plans side by side, the one that is paid for, and what was paid."""

import re
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from billing.actions.change_subscription import (
    access_change,
    cancel_subscription,
    change_subscription,
    keep_subscription,
    open_portal,
)
from billing.actions.start_subscription import start_subscription
from billing.models import Payment
from billing.payments.gateway import payments_on
from billing.subscriptions.previewing import preview_of
from billing.subscriptions.queries import choices_of, subscription_of
from billing.subscriptions.syncing import confirm_return
from billing.views.wallet import RECEIPTS, leave
from billing.wallet.queries import payments_of
from kernel.errors import Conflict, DomainError, NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

LOOKS_AFTER = Permission.MANAGE_BILLING
AT = re.compile(r"[0-9]{1,12}")


@organisation_page(LOOKS_AFTER, scope=False)
def plan_page(request: OrganisationRequest) -> HttpResponse:
    """All plans; on the way back from the payment provider's page it asks how that ended."""
    if request.GET.get("session"):
        _tell_return(request, request.GET["session"])
        return redirect("billing:plans")
    return _plans(request)


@organisation_page(LOOKS_AFTER, methods=("POST",))
def plan_subscribe(request: OrganisationRequest, code: str) -> HttpResponse:
    """Go to the payment provider's page to pay for a plan by the month."""
    try:
        return leave(request, start_subscription(actor=request.actor, plan_code=code))
    except DomainError as error:
        return _plans(request, problem=_said(error), status=error.status)


@organisation_page(LOOKS_AFTER, methods=("GET", "POST"), scope=False)
def plan_change(request: OrganisationRequest, code: str) -> HttpResponse:
    """Another plan than the one that is paid for: what that costs, then the change. The sums come in a moment later."""
    if request.method != "POST":
        return _change_page(request, code)
    at = request.POST.get("at", "")
    try:
        change_subscription(actor=request.actor, plan_code=code, at=int(at) if AT.fullmatch(at) else None)
    except DomainError as error:
        return _change_page(request, code, problem=_said(error), status=error.status)
    messages.success(request, _("You are on the other plan. The difference stands among the payments."))
    return redirect("billing:plans")


@organisation_page(LOOKS_AFTER, scope=False)
def plan_preview(request: OrganisationRequest, code: str) -> HttpResponse:
    """What a change of plan costs, as the payment provider says; a fragment of its page."""
    context: dict[str, object] = {"code": code}
    try:
        row, plan = access_change(actor=request.actor, plan_code=code)
        context |= {"preview": preview_of(row, plan), "before": row.plan, "plan": plan}
    except DomainError as error:
        context["problem"] = _said(error)
    return render(request, "billing/subscriptions/_preview.html", context)


@organisation_page(LOOKS_AFTER, methods=("POST",))
def plan_cancel(request: OrganisationRequest) -> HttpResponse:
    """Let the plan end with what is paid for."""
    said = _("The plan ends with what is paid for. Until then you can keep it.")
    return _changed(request, lambda: cancel_subscription(actor=request.actor), said)


@organisation_page(LOOKS_AFTER, methods=("POST",))
def plan_keep(request: OrganisationRequest) -> HttpResponse:
    """Let the plan go on after all."""
    return _changed(request, lambda: keep_subscription(actor=request.actor), _("The plan goes on."))


@organisation_page(LOOKS_AFTER, methods=("POST",))
def plan_portal(request: OrganisationRequest) -> HttpResponse:
    """Go to the provider's page for cards, addresses and invoices."""
    try:
        return leave(request, open_portal(actor=request.actor))
    except DomainError as error:
        return _plans(request, problem=_said(error), status=error.status)


@organisation_page(Permission.VIEW_ORGANISATION)
def plan_notice(request: OrganisationRequest) -> HttpResponse:
    """A line in the rail while a plan's payment fails, for those who can do something about it."""
    row = subscription_of(request.actor.organisation) if request.actor.can(LOOKS_AFTER) else None
    return render(request, "billing/subscriptions/notice.html", {"subscription": row})


def _change_page(
    request: OrganisationRequest, code: str, *, problem: str = "", status: int = 200
) -> HttpResponse:
    if not payments_on():
        raise NotFound
    try:
        row, plan = access_change(actor=request.actor, plan_code=code)
    except Conflict as error:
        return _plans(request, problem=problem or _said(error), status=error.status)
    context = {"nav": "organisation", "before": row.plan, "plan": plan, "problem": problem}
    return render(request, "billing/subscriptions/change.html", context, status=status)


def _changed(request: OrganisationRequest, act: Callable[[], object], said: str) -> HttpResponse:
    try:
        act()
    except DomainError as error:
        return _plans(request, problem=_said(error), status=error.status)
    messages.success(request, said)
    return redirect("billing:plans")


def _tell_return(request: OrganisationRequest, session_id: str) -> None:
    try:
        row = confirm_return(request.actor, session_id)
    except DomainError:
        row = None
    if row is not None and row.state == row.State.ACTIVE:
        messages.success(request, _("You are on the plan %(plan)s.") % {"plan": row.plan.name})
    else:
        messages.info(request, _("Thank you. The plan begins as soon as the payment has arrived."))


def _plans(request: OrganisationRequest, *, problem: str = "", status: int = 200) -> HttpResponse:
    organisation = request.actor.organisation
    with tenant_scope(organisation):
        payments = payments_of(organisation).filter(purpose=Payment.Purpose.SUBSCRIPTION)
        context = {
            "nav": "organisation",
            "payments_on": payments_on(),
            "problem": problem,
            "choices": choices_of(organisation),
            "subscription": subscription_of(organisation),
            "payments": list(payments.order_by("-created_at", "-id")[:RECEIPTS]),
        }
        return render(request, "billing/subscriptions/plans.html", context, status=status)


def _said(error: DomainError) -> str:
    return " ".join(one.message for one in error.errors) or error.message
