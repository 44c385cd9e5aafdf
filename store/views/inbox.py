"""The builder's page of what people say about an assistant: private feedback and reviews."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from assistants.building.views.builder import open_builder
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.read_feedback import read_feedback
from store.queries import listing_of_assistant
from store.reviews.inbox import inbox_of

SHOWN = 30


@organisation_page(Permission.BUILD_ASSISTANTS)
def inbox(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What people wrote to the creator, the newest first, with the way to the reviews."""
    builder = open_builder(request.actor, assistant_id, "feedback")
    _publication, listing = listing_of_assistant(request.actor, assistant_id)
    rows = inbox_of(request.actor, assistant_id)
    unread_only = request.GET.get("show") == "unread"
    context = {
        "builder": builder,
        "listing": listing,
        "page": paginate(
            rows.filter(read_at=None) if unread_only else rows, cursor=request.GET.get("cursor"), limit=SHOWN
        ),
        "unread": rows.filter(read_at=None).count(),
        "unread_only": unread_only,
        "everything": not unread_only,
        "url": f"{request.path}?show={'unread' if unread_only else 'all'}",
    }
    return TemplateResponse(request, "store/reviews/inbox.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def inbox_mark(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Mark one piece of feedback, or all of it, as read or unread."""
    read_feedback(
        actor=request.actor,
        assistant_id=assistant_id,
        feedback_id=request.POST.get("feedback", ""),
        read=request.POST.get("read", "1") == "1",
    )
    return redirect("store:inbox", assistant_id)
