"""Changing between one's organisations."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from organisations.actions.switch_organisation import switch_organisation
from organisations.joining import join_offers
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.queries import memberships_of


@organisation_page(Permission.VIEW_ORGANISATION, second_factor=False)
def switcher(request: OrganisationRequest) -> HttpResponse:
    """Show the menu of the person's organisations, a fragment for the shell."""
    assert request.actor.user is not None
    person = request.actor.user
    context = {"memberships": memberships_of(person), "offers": join_offers(person)}
    return render(request, "organisations/switcher.html", context)


@organisation_page(Permission.VIEW_ORGANISATION, methods=("POST",), second_factor=False)
def switch(request: OrganisationRequest) -> HttpResponse:
    """Act in another organisation; starts at its home, since the present page may not exist there."""
    assert request.actor.user is not None
    organisation = switch_organisation(
        user=request.actor.user,
        session=request.session,
        organisation_id=request.POST.get("organisation", ""),
    )
    messages.info(request, _("You now act in %(name)s.") % {"name": organisation.name})
    return redirect("/")
