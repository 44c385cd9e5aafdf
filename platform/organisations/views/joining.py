"""Joining an organisation by oneself."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from organisations.actions.join_by_domain import join_by_domain
from organisations.actions.switch_organisation import switch_organisation
from organisations.joining import LATER, join_offers
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

LATER_SECONDS = 90 * 24 * 3600


@organisation_page(Permission.VIEW_ORGANISATION)
def join(request: OrganisationRequest) -> HttpResponse:
    """Show which organisations let the person in."""
    assert request.actor.user is not None
    return render(request, "organisations/join.html", {"offers": join_offers(request.actor.user)})


@organisation_page(Permission.VIEW_ORGANISATION, methods=("POST",))
def join_accept(request: OrganisationRequest) -> HttpResponse:
    """Join one, and act in it from now on."""
    wanted = request.POST.get("organisation", "")
    membership = join_by_domain(actor=request.actor, organisation_id=wanted)
    organisation = switch_organisation(user=membership.user, session=request.session, organisation_id=wanted)
    messages.success(request, _("You are in %(name)s now.") % {"name": organisation.name})
    return redirect("/")


@organisation_page(Permission.VIEW_ORGANISATION, methods=("POST",))
def join_later(request: OrganisationRequest) -> HttpResponse:
    """Do not ask again for a while; the switcher keeps the offers."""
    response = redirect("/")
    response.set_cookie(
        LATER, "1", max_age=LATER_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure()
    )
    return response
