"""The page of an assistant's sources."""

from django.http import HttpResponse
from django.shortcuts import render

from assistants.building.views.builder import open_builder
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_knowledge(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """The sources, which the knowledge room draws."""
    builder = open_builder(request.actor, assistant_id, "knowledge")
    return render(request, "building/knowledge.html", {"builder": builder})
