"""Share links: made, taken back, and opened."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from assistants.chat.actions.start_conversation import start_conversation
from kernel.jobs import enqueue_after_commit
from kernel.tenancy import across_organisations, tenant_scope
from organisations.approvals import pending_approval
from organisations.pages import OrganisationRequest, organisation_page, public_page
from organisations.permissions import Permission
from store.actions.create_share_link import USUAL_DAYS, create_share_link
from store.actions.place_listing import place_listing
from store.actions.revoke_share_link import revoke_share_link
from store.actions.take_pass import TASK, take_pass
from store.directories.queries import DEPARTMENT_KIND, departments, publishes_in
from store.library.links import look_up
from store.library.queries import usable
from store.models import ShareLink
from store.queries import listing_of_assistant

USES = Permission.USE_ASSISTANTS
LASTING = (1, 7, 30, 90, 365)


@organisation_page(USES, methods=("POST",))
def share_create(request: OrganisationRequest) -> HttpResponse:
    """Make a link, and show its address this once."""
    days = request.POST.get("days", "")
    made = create_share_link(
        actor=request.actor,
        collection=request.POST.get("collection", ""),
        assistant=request.POST.get("assistant", ""),
        days=int(days) if days.isascii() and days.isdigit() else USUAL_DAYS,
    )
    return TemplateResponse(
        request, "store/library/link_made.html", {"nav": "library", "made": made, "back": _back(request)}
    )


@organisation_page(USES, methods=("POST",))
def share_revoke(request: OrganisationRequest, link_id: str) -> HttpResponse:
    revoke_share_link(actor=request.actor, link_id=link_id)
    messages.success(request, _("The link has ended."))
    return redirect(_back(request))


@public_page()
def shared(request: OrganisationRequest, secret: str) -> HttpResponse:
    """What a link shows: a collection, as far as the viewer may see it, or an assistant to be used."""
    link = look_up(request.actor, secret)
    context = {"nav": "library", "link": link, "secret": secret}
    if link.collection is None:
        response = render(request, "store/library/shared_assistant.html", context)
    else:
        with across_organisations(reason="a collection is shown to whoever has its link"):
            ids = list(link.collection.items.order_by("order", "id").values_list("listing_id", flat=True))
        shown = usable(request.actor, ids)
        enqueue_after_commit(TASK, organisation=link.organisation_id, link=link.public_id)
        context |= {"listings": shown, "kept_back": len(ids) - len(shown)}
        response = render(request, "store/library/shared.html", context)
    # An address with a secret must not be told to other sites, nor be found by search engines.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


@organisation_page(USES, methods=("POST",))
def shared_use(request: OrganisationRequest, secret: str) -> HttpResponse:
    """Take what a link gives, and go to a chat."""
    taken = take_pass(actor=request.actor, secret=secret)
    conversation = start_conversation(actor=request.actor, reference=taken.slug)
    return redirect("chat:conversation_detail", conversation.public_id)


@organisation_page(Permission.BUILD_ASSISTANTS)
def sharing_panel(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The builder's panel of an assistant's department and links."""
    return _panel(request, assistant_id)


@organisation_page(Permission.PUBLISH_ASSISTANTS, methods=("POST",))
def place_save(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        _publication, listing = listing_of_assistant(request.actor, assistant_id)
    place_listing(
        actor=request.actor,
        listing_id=listing.public_id if listing else "",
        department_id=request.POST.get("department", ""),
        reason=request.POST.get("reason", ""),
    )
    return _panel(request, assistant_id, saved=True)


def _panel(request: OrganisationRequest, assistant_id: str, *, saved: bool = False) -> HttpResponse:
    actor = request.actor
    with tenant_scope(actor.organisation):
        publication, listing = listing_of_assistant(actor, assistant_id)
        rows = ShareLink.objects.for_organisation(actor.organisation).filter(publication=publication)
        context = {
            "assistant_id": assistant_id,
            "publication": publication,
            "listing": listing,
            "departments": [(one, publishes_in(actor, one)) for one in departments(actor.organisation)],
            "waiting": pending_approval(actor.organisation, assistant_id, DEPARTMENT_KIND),
            "links": list(rows.filter(revoked_at=None).select_related("user").order_by("-id")[:50])
            if publication
            else [],
            "lasting": LASTING,
            "usual": USUAL_DAYS,
            "saved": saved,
            "may_publish": actor.can(Permission.PUBLISH_ASSISTANTS),
        }
    return TemplateResponse(request, "store/library/panel.html", context)


def _back(request: OrganisationRequest) -> str:
    wanted = request.POST.get("back", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else reverse("store:library")
