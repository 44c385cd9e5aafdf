"""The list of assistants, the bin, and what is done to a whole assistant."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from assistants.building.actions.delete_assistant import delete_assistant
from assistants.building.actions.duplicate_assistant import duplicate_assistant
from assistants.building.actions.restore_assistant import restore_assistant
from assistants.building.models import BIN_DAYS
from assistants.building.queries import assistants
from assistants.building.views.builder import open_builder
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

PAGE = 24


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_list(request: OrganisationRequest) -> HttpResponse:
    """The organisation's assistants as cards."""
    return _list(request, deleted=False)


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_bin(request: OrganisationRequest) -> HttpResponse:
    """What was deleted in the last 30 days."""
    return _list(request, deleted=True)


def _list(request: OrganisationRequest, *, deleted: bool) -> HttpResponse:
    search = request.GET.get("search", "").strip()[:200]
    rows = assistants(request.actor, search=search, deleted=deleted)
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=PAGE, order=("-updated_at", "-id"))
    context = {
        "page": page,
        "search": search,
        "deleted": deleted,
        "bin_days": BIN_DAYS,
        "page_url": f"{request.path}?{urlencode({'search': search})}" if search else request.path,
    }
    return render(request, "building/assistant_list.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_home(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The first of its pages: where it is begun, as long as nobody uses it."""
    builder = open_builder(request.actor, assistant_id, "")
    begun = builder.publication is not None or not builder.may_edit
    page = "building:assistant_configure" if begun else "building:assistant_workshop"
    return redirect(page, assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_delete(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Put it into the bin."""
    gone = delete_assistant(actor=request.actor, assistant_id=assistant_id)
    message = _("%(name)s is in the bin. It can be brought back for 30 days.")
    messages.success(request, message % {"name": gone.label})
    return redirect("building:assistant_list")


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_duplicate(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Make a second one and go to its pages."""
    copy = duplicate_assistant(actor=request.actor, assistant_id=assistant_id)
    messages.success(request, _("This is the copy. Its sources are read again, which takes moments."))
    return redirect("building:assistant_configure", copy.public_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_restore(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Take it out of the bin."""
    back = restore_assistant(actor=request.actor, assistant_id=assistant_id)
    messages.success(
        request, _("%(name)s is back. Publish it again where others should use it.") % {"name": back.label}
    )
    return redirect("building:assistant_configure", back.public_id)
