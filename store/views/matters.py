"""What users, outsiders and creators bring before moderators: reports, takedown requests, appeals; and the checklist."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from kernel.tenancy import across_organisations, tenant_scope
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission
from store.actions.appeal_decision import appeal_decision, decided_against, may_appeal
from store.actions.report_listing import report_listing
from store.actions.request_takedown import (
    TakedownFields,
    confirm_takedown,
    request_takedown,
    takedown_by_secret,
)
from store.matter_forms import AppealForm, ReportForm, TakedownForm
from store.models import Decision
from store.moderation.checklist import checklist_of
from store.moderation.reasons import reason_words
from store.queries import listing_of_assistant, visible_listing

AGAINST = (Decision.Outcome.REQUEST_CHANGES, Decision.Outcome.REJECT, Decision.Outcome.SUSPEND)


@organisation_page(Permission.USE_ASSISTANTS, methods=("GET", "POST"))
def report(request: OrganisationRequest, slug: str) -> HttpResponse:
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        report_listing(actor=request.actor, slug=slug, **form.cleaned_data)
        messages.success(request, _("Thank you. Somebody looks at it, and you are told what came of it."))
        return redirect("store:listing", slug)
    with tenant_scope(request.actor.organisation):
        listing = visible_listing(request.actor, slug)
        context = {"nav": "store", "listing": listing, "publication": listing.publication, "form": form}
        status = 400 if form.is_bound else 200
        return render(request, "store/report.html", context, status=status)


@public_page(methods=("GET", "POST"))
def takedown(request: OrganisationRequest) -> HttpResponse:
    given = request.POST if request.method == "POST" else None
    form = TakedownForm(given, initial={"listing": request.GET.get("listing", "")[:300]})
    if request.method == "POST" and form.is_valid():
        try:
            request_takedown(actor=request.actor, fields=TakedownFields(**form.cleaned_data))
        except InvalidInput as error:
            for problem in error.errors:
                form.add_error(problem.field, problem.message)
        else:
            return TemplateResponse(request, "store/takedown.html", {"sent": form.cleaned_data["email"]})
    status = 400 if form.is_bound else 200
    return TemplateResponse(request, "store/takedown.html", {"form": form}, status=status)


@public_page(methods=("GET", "POST"))
def takedown_status(request: OrganisationRequest, secret: str) -> HttpResponse:
    """The page of a request, for whoever has its link; opening it changes nothing, confirming does."""
    if request.method == "POST":
        confirm_takedown(secret=secret)
        return redirect("store:takedown_status", secret)
    with across_organisations(reason="its writer belongs to no organisation"):
        found = takedown_by_secret(secret)
        decisions: Any = (
            found.case.decisions.filter(is_final=True).exclude(outcome="note") if found.case else []
        )
        shown = [(decision, reason_words(decision.reasons)) for decision in decisions]
        context = {"matter": found, "name": found.listing.name, "decisions": shown}
    response = render(request, "store/takedown_status.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@organisation_page(Permission.BUILD_ASSISTANTS)
def checklist(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The part of the builder's panel that says what stands before sending in, and what moderators said."""
    return _standing(request, assistant_id, AppealForm())


@organisation_page(Permission.PUBLISH_ASSISTANTS, methods=("POST",))
def appeal(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    form = AppealForm(request.POST)
    if form.is_valid():
        with tenant_scope(request.actor.organisation):
            _publication, listing = listing_of_assistant(request.actor, assistant_id)
        appeal_decision(
            actor=request.actor,
            listing_id=listing.public_id if listing else "",
            text=form.cleaned_data["text"],
        )
        form = AppealForm()
    return _standing(request, assistant_id, form)


def _standing(request: OrganisationRequest, assistant_id: str, form: AppealForm) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        _publication, listing = listing_of_assistant(request.actor, assistant_id)
        if listing is None:
            return HttpResponse("")
        about = decided_against(listing)
        last = about.decisions.filter(outcome__in=AGAINST).order_by("-id").first() if about else None
        context = {
            "assistant_id": assistant_id,
            "listing": listing,
            "checklist": checklist_of(request.actor, listing) if listing.visibility == "public" else None,
            "last": last,
            "last_reasons": reason_words(last.reasons) if last else [],
            "form": form,
            "may_appeal": request.actor.can(Permission.PUBLISH_ASSISTANTS) and may_appeal(listing),
        }
        return render(request, "store/_standing.html", context)
