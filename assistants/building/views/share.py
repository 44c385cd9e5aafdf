"""Who may do what with one assistant."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from assistants.building.actions.share_assistant import share_assistant
from assistants.building.actions.transfer_assistant import transfer_assistant
from assistants.building.actions.unshare_assistant import unshare_assistant
from assistants.building.queries import RESOURCE
from assistants.building.views.builder import open_builder
from kernel.errors import InvalidInput
from organisations.grants import holders
from organisations.models import Organisation
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import LEVEL_LABELS, Level, Permission
from organisations.queries import groups, search_members

CANDIDATES = 12


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_share(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Those who were given something, and people and groups to give something to."""
    actor = request.actor
    builder = open_builder(actor, assistant_id, "share")
    words = request.GET.get("find", "").strip()[:120]
    given = holders(actor.organisation, RESOURCE, builder.id)
    persons = [holder.grant.membership_id for holder in given if holder.grant.membership_id]
    teams = [holder.grant.group_id for holder in given if holder.grant.group_id]
    context = {
        "builder": builder,
        "holders": given,
        "levels": [(level.value, LEVEL_LABELS[level]) for level in Level],
        "find": words,
        "people": search_members(actor.organisation, words).exclude(pk__in=persons)[:CANDIDATES]
        if words
        else [],
        "groups": groups(actor.organisation, words).exclude(pk__in=teams)[:CANDIDATES] if words else [],
        "personal": actor.organisation.kind == Organisation.Kind.PERSONAL,
    }
    return render(request, "building/share.html", context)


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
