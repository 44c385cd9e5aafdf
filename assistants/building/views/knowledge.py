"""The page of an assistant's sources; the knowledge room draws them."""

from django.http import HttpResponse
from django.shortcuts import render

from assistants.building.queries import access_assistant
from assistants.building.views.builder import open_builder
from assistants.knowledge.models import SourceSet
from assistants.knowledge.views import panel_context
from organisations.actors import Actor
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Level, Permission


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_knowledge(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Drop zone, queue and table of the sources."""
    builder = open_builder(request.actor, assistant_id, "knowledge")
    panel = panel_context(builder.assistant.source_set, request.path)
    return render(request, "building/knowledge.html", {"builder": builder, **panel})


def source_set_of(actor: Actor, assistant_id: str, *, edit: bool) -> SourceSet:
    """The sources of an assistant within the actor's reach, in the open scope.

    Raises:
        NotFound: the organisation has no such assistant.
    """
    return access_assistant(actor, assistant_id, level=Level.EDIT if edit else Level.VIEW).source_set
