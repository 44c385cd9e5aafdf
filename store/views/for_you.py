"""Suggestions by what somebody uses, and the switch of them."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from store.actions.set_suggestions import set_suggestions
from store.counting import note_impressions
from store.models import NoSuggestions
from store.suggesting import for_you

ON_THE_FRONT_PAGE, ON_THE_PAGE = 6, 24


@organisation_page(Permission.USE_ASSISTANTS)
@vary_on_headers("HX-Request")
def suggestion_list(request: OrganisationRequest) -> HttpResponse:
    """A shelf for the store's front page, or the page with more of them and the switch."""
    fragment = bool(request.headers.get("HX-Request"))
    entries = for_you(request.actor, ON_THE_FRONT_PAGE if fragment else ON_THE_PAGE)
    note_impressions(request, entries)
    if fragment:
        return render(request, "store/for_you/_shelf.html", {"entries": entries})
    off = NoSuggestions.objects.filter(user=request.actor.user).exists()
    return render(request, "store/for_you/page.html", {"entries": entries, "off": off, "nav": "store"})


@organisation_page(Permission.USE_ASSISTANTS, methods=("POST",))
def suggestion_switch(request: OrganisationRequest) -> HttpResponse:
    """Switch them on or off."""
    wanted = request.POST.get("wanted") == "1"
    set_suggestions(actor=request.actor, wanted=wanted)
    messages.success(
        request,
        _("You get suggestions by what you use.") if wanted else _("Nothing is suggested by what you use."),
    )
    return redirect("store:for_you")
