"""What people say about a listing: its part of the listing's page, a page of its own, and writing."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission
from store.actions.delete_review import delete_review
from store.actions.reply_to_review import reply_to_review
from store.actions.report_review import report_review
from store.actions.send_feedback import send_feedback
from store.actions.vote_for_review import vote_for_review
from store.actions.write_review import write_review
from store.matter_forms import ReportForm
from store.models import Listing
from store.queries import visible_listing
from store.review_forms import FeedbackForm, ReplyForm, ReviewForm
from store.reviews.queries import (
    Wish,
    bars,
    may_reply,
    page_of_reviews,
    standing_of,
    visible_review,
    votes_of,
)
from store.reviews.shown import address, filters_of

ON_LISTING, ON_PAGE = 4, 20


@public_page()
@vary_on_headers("HX-Request")
def review_list(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The section of a listing's page, more of a list, or the whole page: whichever is asked for."""
    listing = visible_listing(request.actor, slug)
    part, cursor = request.headers.get("HX-Request") == "true", request.GET.get("cursor")
    wish = wish_of(request.GET)
    limit = ON_LISTING if part and not cursor else ON_PAGE
    page = page_of_reviews(listing, wish, cursor=cursor, limit=limit)
    context = {
        "nav": "store",
        "listing": listing,
        "publication": listing.publication,
        "slug": slug,
        "page": page,
        "votes": votes_of(request.actor, listing, page.results),
        "may_vote": request.actor.can(Permission.USE_ASSISTANTS),
        "may_reply": may_reply(request.actor, listing),
        "url": address(request.path, wish),
    }
    if part and cursor:
        return TemplateResponse(request, "store/reviews/_items.html", context)
    standing = standing_of(request.actor, listing)
    context |= {"standing": standing, "bars": bars(listing), "whole": not part}
    context |= filters_of(listing, wish, request.path)
    return TemplateResponse(
        request, "store/reviews/_section.html" if part else "store/reviews/page.html", context
    )


@organisation_page(Permission.USE_ASSISTANTS, methods=("GET", "POST"))
def review_write(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The form of one's own review, and saving it; what was typed stays where something is wrong."""
    if request.method != "POST":
        listing = visible_listing(request.actor, slug)
        written = standing_of(request.actor, listing).review
        known = {"stars": written.stars, "text": written.text} if written else {}
        return _review_form(request, slug, ReviewForm(initial=known))
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _review_form(request, slug, form)
    review = write_review(actor=request.actor, slug=slug, **form.cleaned_data)
    if review.state == review.State.SHOWN:
        messages.success(request, _("Thank you. Your review is shown."))
    else:
        messages.info(request, _("Thank you. Somebody looks at your review before it is shown."))
    return _back(request, slug)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def review_delete(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Take one's own review back."""
    delete_review(actor=request.actor, slug=slug)
    messages.success(request, _("Your review is deleted."))
    return _back(request, slug)


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def review_vote(request: OrganisationRequest, slug: str, review_id: str) -> HttpResponse:
    """Say that a review helped, or take that back."""
    helpful = request.POST.get("helpful", "1") == "1"
    review = vote_for_review(actor=request.actor, slug=slug, review_id=review_id, helpful=helpful)
    if request.headers.get("HX-Request") != "true":
        return _back(request, slug)
    context = {"review": review, "slug": slug, "voted": helpful, "may_vote": True}
    return TemplateResponse(request, "store/reviews/_vote.html", context)


@organisation_page(Permission.PUBLISH_ASSISTANTS, methods=("POST",))
def review_reply(request: OrganisationRequest, slug: str, review_id: str) -> HttpResponse:
    """Save the creator's reply; an empty one takes it away."""
    form = ReplyForm(request.POST)
    if form.is_valid():
        review = reply_to_review(actor=request.actor, review_id=review_id, text=form.cleaned_data["text"])
    else:
        with tenant_scope(request.actor.organisation):
            review = visible_review(visible_listing(request.actor, slug), review_id)
    if request.headers.get("HX-Request") != "true":
        return _back(request, slug)
    context = {"review": review, "slug": slug, "may_reply": True, "form": form, "listing": review.listing}
    return TemplateResponse(request, "store/reviews/_reply.html", context)


@organisation_page(Permission.USE_ASSISTANTS, methods=("GET", "POST"))
def feedback_send(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Write to the creator alone."""
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        send_feedback(actor=request.actor, slug=slug, **form.cleaned_data)
        messages.success(request, _("Sent. Only its creator reads it."))
        return _back(request, slug)
    return TemplateResponse(request, "store/reviews/feedback.html", _form_context(request, slug, form))


@organisation_page(Permission.USE_ASSISTANTS, methods=("GET", "POST"))
def review_report(request: OrganisationRequest, slug: str, review_id: str) -> HttpResponse:
    """Tell moderators that something is wrong with a review."""
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        report_review(actor=request.actor, slug=slug, review_id=review_id, **form.cleaned_data)
        messages.success(request, _("Thank you. Somebody looks at it."))
        return _back(request, slug)
    with tenant_scope(request.actor.organisation):
        context = _form_context(request, slug, form)
        context["review"] = visible_review(context["listing"], review_id)
    status = 400 if form.is_bound else 200
    return TemplateResponse(request, "store/reviews/report.html", context, status=status)


def wish_of(query: QueryDict) -> Wish:
    """What an address asks for; what makes no sense is left out."""
    return Wish(
        sort=query.get("sort") or "helpful", stars=_number(query, "stars"), version=_number(query, "version")
    )


def _number(query: QueryDict, name: str) -> int:
    given = query.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 6 else 0


def _review_form(request: OrganisationRequest, slug: str, form: ReviewForm) -> HttpResponse:
    context = _form_context(request, slug, form)
    part = request.headers.get("HX-Request") == "true"
    return TemplateResponse(
        request, "store/reviews/_form.html" if part else "store/reviews/write.html", context
    )


def _form_context(request: OrganisationRequest, slug: str, form: Any) -> dict[str, Any]:
    with tenant_scope(request.actor.organisation):
        listing: Listing = visible_listing(request.actor, slug)
        standing = standing_of(request.actor, listing)
    return {
        "nav": "store",
        "listing": listing,
        "publication": listing.publication,
        "slug": slug,
        "form": form,
        "standing": standing,
    }


def _back(request: OrganisationRequest, slug: str) -> HttpResponse:
    address = f"{reverse('store:listing', args=[slug])}#reviews"
    if request.headers.get("HX-Request") != "true":
        return redirect(address)
    answer = HttpResponse(status=204)
    answer["HX-Redirect"] = address
    return answer
