"""Who may do what with one assistant."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from assistants.building.actions.share_assistant import share_assistant
from assistants.building.actions.transfer_assistant import transfer_assistant
from assistants.building.actions.unshare_assistant import unshare_assistant
from assistants.building.queries import RESOURCE
from assistants.building.views.builder import Builder, open_builder
from kernel.errors import InvalidInput
from kernel.pagination import paginate
from organisations.grants import HOLDER_ORDER, candidates, holder_of, holders
from organisations.models import Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import LEVEL_LABELS, Level, Permission

CANDIDATES = 20
HOLDERS = 25


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_share(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Those who were given something, with search and pages, and people and groups to give something to."""
    actor, words = request.actor, _words(request, "search")
    builder = open_builder(actor, assistant_id, "share")
    rows = holders(actor.organisation, RESOURCE, builder.id, words)
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=HOLDERS, order=HOLDER_ORDER)
    context = _finding(request, builder) | {
        "page": page,
        "holders": [holder_of(grant) for grant in page.results],
        "total": rows.count(),
        "search": words,
        "url": f"?{urlencode({'search': words})}" if words else "?",
        "personal": actor.organisation.kind == Organisation.Kind.PERSONAL,
    }
    return render(request, "building/share.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_share_find(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The people and groups that fit what was typed so far."""
    builder = open_builder(request.actor, assistant_id, "share", level=Level.OWN)
    return render(request, "building/partials/candidates.html", _finding(request, builder))


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_share_put(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Give somebody a level, or another one than they have."""
    try:
        level = Level(request.POST.get("level", ""))
    except ValueError as error:
        raise InvalidInput.on("level", "not_a_choice", _("Choose one of the levels.")) from error
    holder = request.POST.get("holder", "")[:48]
    share_assistant(actor=request.actor, assistant_id=assistant_id, holder_id=holder, level=level)
    messages.success(request, _("Saved. It holds from their next click on."))
    return redirect("building:assistant_share", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_share_remove(request: OrganisationRequest, assistant_id: str, grant_id: str) -> HttpResponse:
    """Take it back."""
    unshare_assistant(actor=request.actor, grant_id=grant_id)
    messages.success(request, _("Taken back."))
    return redirect("building:assistant_share", assistant_id)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_share_transfer(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Hand it over."""
    holder = request.POST.get("holder", "")[:48]
    moved = transfer_assistant(actor=request.actor, assistant_id=assistant_id, holder_id=holder)
    messages.success(request, _("%(name)s has a new owner.") % {"name": moved.label})
    return redirect("building:assistant_share", assistant_id)


def _finding(request: OrganisationRequest, builder: Builder) -> dict[str, Any]:
    words = _words(request, "find") if builder.may_share else ""
    return {
        "builder": builder,
        "levels": [(level.value, LEVEL_LABELS[level]) for level in Level],
        "find": words,
        "found": candidates(request.actor.organisation, RESOURCE, builder.id, words, limit=CANDIDATES),
    }


def _words(request: OrganisationRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\x00", "").strip()[:120]
