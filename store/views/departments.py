"""How a directory is kept: its departments, what people have to have, and the list of the public store."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kernel.errors import InvalidInput
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.queries import groups
from store.actions.allow_listing import allow_listing
from store.actions.create_department import create_department
from store.actions.delete_department import delete_department
from store.actions.disallow_listing import disallow_listing
from store.actions.drop_requirement import drop_requirement
from store.actions.order_departments import order_departments
from store.actions.require_listing import require_listing
from store.actions.update_department import update_department
from store.directories.queries import allowed_listings, departments, listings_named, requirements
from store.directories.reach import reach_of

MANAGES = Permission.MANAGE_ORGANISATION
GROUPS_OFFERED = 500


@organisation_page(MANAGES)
def department_list(request: OrganisationRequest) -> HttpResponse:
    """Departments, with a form for a new one and one for each."""
    organisation = request.actor.organisation
    context = {
        "nav": "store",
        "tab": "departments",
        "departments": list(departments(organisation)),
        "groups": list(groups(organisation).order_by("name")[:GROUPS_OFFERED]),
    }
    return render(request, "store/directory/departments.html", context)


@organisation_page(MANAGES, methods=("POST",))
def department_create(request: OrganisationRequest) -> HttpResponse:
    try:
        create_department(
            actor=request.actor,
            name=request.POST.get("name", ""),
            publishers=request.POST.get("publishers", ""),
        )
    except InvalidInput as refusal:
        _tell(request, refusal)
    return redirect("store:department_list")


@organisation_page(MANAGES, methods=("POST",))
def department_save(request: OrganisationRequest, department_id: str) -> HttpResponse:
    try:
        update_department(
            actor=request.actor,
            department_id=department_id,
            name=request.POST.get("name", ""),
            publishers=request.POST.get("publishers", ""),
        )
        messages.success(request, _("Saved."))
    except InvalidInput as refusal:
        _tell(request, refusal)
    return redirect("store:department_list")


@organisation_page(MANAGES, methods=("POST",))
def department_delete(request: OrganisationRequest, department_id: str) -> HttpResponse:
    try:
        delete_department(
            actor=request.actor, department_id=department_id, move_to=request.POST.get("move_to", "")
        )
        messages.success(request, _("The department is gone. Its assistants stand where you said."))
    except InvalidInput as refusal:
        _tell(request, refusal)
    return redirect("store:department_list")


@organisation_page(MANAGES, methods=("POST",))
def department_order(request: OrganisationRequest) -> HttpResponse:
    order_departments(actor=request.actor, order=request.POST.getlist("order"))
    if request.headers.get("Accept", "").startswith("application/json"):
        return HttpResponse(status=204)
    return redirect("store:department_list")


@organisation_page(MANAGES)
def requirement_list(request: OrganisationRequest) -> HttpResponse:
    """What people have to have, and a form to add something."""
    rows = list(requirements(request.actor.organisation))
    found = listings_named(row.listing_id for row in rows)
    context = {
        "nav": "store",
        "tab": "required",
        "rows": [(row, found.get(row.listing_id)) for row in rows],
        "groups": list(groups(request.actor.organisation).order_by("name")[:GROUPS_OFFERED]),
        "listing": request.GET.get("listing", ""),
    }
    return render(request, "store/directory/required.html", context)


@organisation_page(MANAGES, methods=("POST",))
def requirement_add(request: OrganisationRequest) -> HttpResponse:
    require_listing(actor=request.actor, listing=_slug_of(request), group=request.POST.get("group", ""))
    messages.success(request, _("It is pinned for them. They are told once."))
    return redirect("store:requirement_list")


@organisation_page(MANAGES, methods=("POST",))
def requirement_drop(request: OrganisationRequest, requirement_id: str) -> HttpResponse:
    drop_requirement(actor=request.actor, requirement_id=requirement_id)
    messages.success(request, _("They may take it off now."))
    return redirect("store:requirement_list")


@organisation_page(Permission.MANAGE_POLICY)
def allowed_list(request: OrganisationRequest) -> HttpResponse:
    """The list of the public store."""
    page = paginate(allowed_listings(request.actor.organisation), cursor=request.GET.get("cursor"))
    found = listings_named(row.listing_id for row in page.results)
    context = {
        "nav": "store",
        "tab": "allowed",
        "page": page,
        "rows": [(row, found.get(row.listing_id)) for row in page.results],
        "reach": reach_of(request.actor),
    }
    return render(request, "store/directory/allowed.html", context)


@organisation_page(Permission.MANAGE_POLICY, methods=("POST",))
def allowed_add(request: OrganisationRequest) -> HttpResponse:
    allow_listing(actor=request.actor, listing=_slug_of(request), note=request.POST.get("note", ""))
    messages.success(request, _("Everybody here may use it now."))
    return redirect("store:allowed_list")


@organisation_page(Permission.MANAGE_POLICY, methods=("POST",))
def allowed_drop(request: OrganisationRequest, listing_id: str) -> HttpResponse:
    disallow_listing(actor=request.actor, listing_id=listing_id)
    messages.success(request, _("It is off the list. Chats with it get no more answers."))
    return redirect("store:allowed_list")


def _slug_of(request: OrganisationRequest) -> str:
    """What was typed: a public name, or the whole address of a page that was pasted."""
    return request.POST.get("listing", "").strip().rstrip("/").split("?")[0].rpartition("/")[2]


def _tell(request: OrganisationRequest, refusal: InvalidInput) -> None:
    for error in refusal.errors:
        messages.error(request, error.message)
