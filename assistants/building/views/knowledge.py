"""The page of an assistant's sources; the knowledge room draws them."""

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render

from assistants.building.queries import access_assistant
from assistants.building.starting_points import starting_point
from assistants.building.views.builder import Builder, open_builder
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
    context = {"builder": builder, "would_help": _would_help(builder), **panel}
    return render(request, "building/knowledge.html", context)


def _would_help(builder: Builder) -> Sequence[str]:
    """What the template names that the assistant began from, as long as there is no source."""
    origin = builder.assistant.origin or {}
    if origin.get("kind") != "template" or builder.source_count:
        return ()
    return starting_point(origin["template"]).knowledge


def source_set_of(actor: Actor, assistant_id: str, *, edit: bool) -> SourceSet:
    """The sources of an assistant within the actor's reach, in the open scope.

    Raises:
        NotFound: the organisation has no such assistant.
    """
    return access_assistant(actor, assistant_id, level=Level.EDIT if edit else Level.VIEW).source_set
