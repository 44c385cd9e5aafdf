"""The page where an assistant is begun, and what may be begun from."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from assistants.building.actions.create_assistant import create_assistant
from assistants.building.actions.fork_assistant import fork_assistant
from assistants.building.actions.set_forkable import set_forkable
from assistants.building.forking import left_to_do
from assistants.building.starting_points import starting_points
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("GET", "POST"))
def assistant_create(request: OrganisationRequest) -> HttpResponse:
    """What an assistant may begin from; posting begins one and goes to its pages."""
    if request.method == "POST":
        return _begin(request)
    return render(request, "building/start.html", {"templates": starting_points()})


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_fork(request: OrganisationRequest) -> HttpResponse:
    """Begin one from a public assistant and go to its pages."""
    made = fork_assistant(actor=request.actor, reference=request.POST.get("reference", "")[:80])
    origin = made.origin or {}
    words = _("This is yours now. It was made from %(name)s by %(creator)s; give it sources of its own.")
    messages.success(request, words % {"name": origin.get("name"), "creator": origin.get("creator")})
    with tenant_scope(request.actor.organisation):
        for sentence in left_to_do(request.actor, made):
            messages.warning(request, sentence)
    return redirect("building:assistant_configure", made.public_id)


@organisation_page(Permission.PUBLISH_ASSISTANTS, methods=("POST",))
def assistant_forking(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Allow or end copies of what is published."""
    allowed = request.POST.get("allowed") == "1"
    set_forkable(actor=request.actor, assistant_id=assistant_id, allowed=allowed)
    messages.success(
        request, _("Others may begin from it now.") if allowed else _("Nobody can begin from it any more.")
    )
    return redirect("building:assistant_publish", assistant_id)


def _begin(request: OrganisationRequest) -> HttpResponse:
    template = request.POST.get("template", "")[:60]
    name = request.POST.get("name", "").strip()[:80]
    if not name and not template:
        name = pgettext("name", "New assistant")
    made = create_assistant(actor=request.actor, name=name, template=template)
    by_talking = request.POST.get("by") == "talking"
    page = "building:assistant_workshop" if by_talking else "building:assistant_configure"
    return redirect(page, made.public_id)
