"""An organisation's own directory, as its people find it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.vary import vary_on_headers

from assistants.building.opening import KINDS
from kernel.errors import NotFound
from organisations.actions.decide_approval import decide_approval
from organisations.approvals import pending_approval
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.allow_listing import allow_listing
from store.actions.ask_for_listing import ask_for_listing
from store.counting import note_impressions
from store.directories.queries import (
    ALLOWING_KIND,
    DEPARTMENT_KIND,
    access_department,
    allowed_listings,
    department_of_request,
    departments,
    public_listing,
    publishes_in,
    waiting_requests,
)
from store.directories.reach import CHOSEN, is_chosen, reach_of, require_public_store
from store.library.queries import required_listings, usable
from store.models import Department, Listing
from store.queries import directory_of, store_entries
from store.shelves import Search, shelves
from store.views.asking import SearchRequest, asks_by_meaning

USES = Permission.USE_ASSISTANTS
SHOWN = 6
WAITING = (*KINDS, DEPARTMENT_KIND, ALLOWING_KIND)
REASONS = (
    gettext_lazy("It says too little about what it does."),
    gettext_lazy("It stands in the wrong department."),
    gettext_lazy("There is one already that does this."),
    gettext_lazy("Its sources are out of date."),
    gettext_lazy("It reaches further than it needs to."),
)


@organisation_page(USES)
@vary_on_headers("HX-Request")
def directory_home(request: OrganisationRequest) -> HttpResponse:
    """Departments with what stands in them; where something is searched for, or there are none, all of it."""
    rows = directory_of(request.actor)
    search = Search(rows, request.GET, path=reverse("store:directory"))
    if request.headers.get("HX-Request") and request.GET.get("cursor"):
        return _more(request, search)
    return _page(request, rows, search, {})


@organisation_page(USES)
@vary_on_headers("HX-Request")
def directory_department(request: OrganisationRequest, department_id: str) -> HttpResponse:
    """Everything in one department."""
    department = access_department(request.actor.organisation, department_id)
    rows = directory_of(request.actor).filter(department=department)
    if request.actor.is_guest and not rows.exists():
        raise NotFound
    path = reverse("store:department", args=[department.public_id])
    search = Search(rows, request.GET, path=path)
    if request.headers.get("HX-Request") and request.GET.get("cursor"):
        return _more(request, search)
    return _page(request, rows, search, {"department": department, "action": path})


def _more(request: OrganisationRequest, search: Search) -> HttpResponse:
    note_impressions(request, search.page.results)
    return render(request, "store/_cards.html", {"search": search})


def _page(
    request: OrganisationRequest, rows: QuerySet[Listing], search: Search, more: dict[str, Any]
) -> HttpResponse:
    actor = request.actor
    counted = shelves(rows)
    plain = not (search.words or search.wanted.given or more)
    sections = _sections(request, rows) if plain else []
    required, chosen = (required_listings(actor), _chosen(request)) if plain else ([], [])
    # Of what stands there only others' are counted: the allowed ones of the public store.
    note_impressions(request, [*required, *chosen, *search.page.results])
    manages = actor.can(Permission.MANAGE_ORGANISATION)
    decides = actor.can(Permission.DECIDE_APPROVALS)
    context = {
        "nav": "store",
        "search": search,
        "action": reverse("store:directory"),
        "shelves": counted,
        "total": sum(shelf["count"] for shelf in counted),
        "sections": sections,
        "required": required,
        "chosen": chosen,
        "waiting": _waiting_for(request)[:3] if decides else [],
        "may_build": actor.can(Permission.BUILD_ASSISTANTS),
        "may_manage": manages,
        "may_pick": reach_of(actor) == CHOSEN,
    }
    return render(request, "store/directory.html", context | more)


def _sections(request: OrganisationRequest, rows: QuerySet[Listing]) -> list[dict[str, Any]]:
    """Departments that hold something the actor finds, and last what stands in none."""
    found: list[Department | None] = [*departments(request.actor.organisation)]
    if not found:
        return []
    held = [(one, rows.filter(department=one).order_by("-conversations", "-id")) for one in [*found, None]]
    sections = [
        {"department": one, "listings": list(some[:SHOWN]), "count": some.count()} for one, some in held
    ]
    held_by_some = [section for section in sections if section["count"]]
    return held_by_some if any(section["department"] for section in held_by_some) else []


def _chosen(request: OrganisationRequest) -> list[Listing]:
    if reach_of(request.actor) != CHOSEN:
        return []
    rows = allowed_listings(request.actor.organisation).order_by("-id")
    return usable(request.actor, list(rows.values_list("listing_id", flat=True)[:SHOWN]))


def _waiting_for(request: OrganisationRequest) -> list[Any]:
    """What waits for the actor's own word: (request, department)."""
    actor = request.actor
    found = []
    for one in waiting_requests(actor.organisation, WAITING)[:100]:
        department = department_of_request(one)
        own = actor.user_id in (one.requested_by_id, *one.payload.get("authors", ()))
        may = actor.can(
            Permission.MANAGE_POLICY if one.kind == ALLOWING_KIND else Permission.PUBLISH_ASSISTANTS
        )
        if may and not own and (department is None or publishes_in(actor, department)):
            found.append({"request": one, "department": department})
    return found


@organisation_page(Permission.DECIDE_APPROVALS)
def directory_waiting(request: OrganisationRequest) -> HttpResponse:
    """What waits for the actor's word before it stands in the directory."""
    context = {"nav": "store", "waiting": _waiting_for(request), "reasons": REASONS}
    return render(request, "store/directory/waiting.html", context)


@organisation_page(Permission.DECIDE_APPROVALS, methods=("POST",))
def directory_decide(request: OrganisationRequest, approval_id: str) -> HttpResponse:
    approve = request.POST.get("decision") == "approve"
    said = " ".join(filter(None, (request.POST.get("choice", ""), request.POST.get("reason", "").strip())))
    if not approve and not said:
        messages.error(request, _("Say why, so that it can be mended."))
        return redirect("store:directory_waiting")
    decided = decide_approval(actor=request.actor, approval_id=approval_id, approve=approve, reason=said)
    words = _("Approved: %(subject)s.") if approve else _("Refused: %(subject)s.")
    messages.success(request, words % {"subject": decided.subject_label})
    return redirect("store:directory_waiting")


@asks_by_meaning
@organisation_page(USES)
@vary_on_headers("HX-Request")
def directory_pick(request: SearchRequest) -> HttpResponse:
    """The whole public store, for choosing from it or asking for something of it."""
    require_public_store(request.actor)
    path = reverse("store:directory_pick")
    search = Search(store_entries(), request.GET, path=path, question=request.question)
    note_impressions(request, search.page.results)
    listed = set(allowed_listings(request.actor.organisation).values_list("listing_id", flat=True))
    context = {
        "nav": "store",
        "search": search,
        "action": path,
        "listed": listed,
        "may_allow": request.actor.can(Permission.MANAGE_POLICY),
    }
    part = request.headers.get("HX-Request") and request.GET.get("cursor")
    return render(request, f"store/directory/{'_picks' if part else 'pick'}.html", context)


@organisation_page(USES)
def ask(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What an assistant of the store is, where the organisation has not allowed it yet, and a form to ask for it."""
    actor = request.actor
    require_public_store(actor)
    listing = public_listing(slug)
    own = listing.organisation_id == actor.organisation.pk
    if own or reach_of(actor) != CHOSEN or is_chosen(actor, listing.publication.public_id):
        return redirect("store:listing", slug)
    context = {
        "nav": "store",
        "listing": listing,
        "publication": listing.publication,
        "waiting": pending_approval(actor.organisation, listing.public_id, ALLOWING_KIND),
        "may_allow": actor.can(Permission.MANAGE_POLICY),
    }
    return render(request, "store/directory/ask.html", context)


@organisation_page(USES, methods=("POST",))
def ask_send(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Ask for it, or, for whoever may, allow it at once."""
    if request.POST.get("wish") == "allow":
        allow_listing(actor=request.actor, listing=slug, note=request.POST.get("reason", ""))
        messages.success(request, _("Everybody here may use it now."))
        return redirect("store:listing", slug)
    ask_for_listing(actor=request.actor, listing=slug, reason=request.POST.get("reason", ""))
    messages.success(request, _("You asked for it. You are told when an administrator has decided."))
    return redirect("store:ask", slug)
