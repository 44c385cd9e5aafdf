"""The log of who did what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode

from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission
from organisations.queries import audit_actions, audit_people, filter_audit


@organisation_page(Permission.VIEW_AUDIT)
def audit_list(request: OrganisationRequest) -> HttpResponse:
    """List what happened, newest first, by action and person where wanted."""
    organisation = request.actor.organisation
    wanted = {name: request.GET.get(name, "")[:160] for name in ("action", "person") if request.GET.get(name)}
    rows = filter_audit(organisation, **wanted)
    context = {
        "page": paginate(rows, cursor=request.GET.get("cursor"), limit=50),
        "actions": audit_actions(organisation),
        "people": audit_people(organisation),
        "wanted": wanted,
        "url": f"?{urlencode(wanted)}",
    }
    return render(request, "organisations/audit_list.html", context)
