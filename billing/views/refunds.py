"""What buyers ask back of a creator, who learns nothing of them but what they write."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from billing.actions.refund_purchase import decide_refund
from billing.models import RefundRequest
from kernel.errors import InvalidInput
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

PAGE = 30


@organisation_page(Permission.MANAGE_BILLING)
def refund_list(request: OrganisationRequest) -> HttpResponse:
    """Requests to the organisation's assistants, open ones first."""
    rows = RefundRequest.objects.across_organisations(
        reason="a creator reads what is asked back of them"
    ).filter(earner_id=request.actor.organisation.pk)
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=PAGE, order=("-created_at", "-id"))
    return render(request, "billing/selling/refunds.html", {"nav": "organisation", "page": page})


@organisation_page(Permission.MANAGE_BILLING, methods=("POST",))
def refund_decide(request: OrganisationRequest, request_id: str) -> HttpResponse:
    """Pay it back, or decline with a reason."""
    granted = request.POST.get("decision") == "grant"
    try:
        decide_refund(
            actor=request.actor,
            request_id=request_id,
            granted=granted,
            answer=request.POST.get("answer", ""),
        )
    except InvalidInput as refused:
        messages.error(request, refused.errors[0].message)
    else:
        messages.success(request, _("It was paid back.") if granted else _("You declined it."))
    return redirect("billing:refunds")
