"""The pages of an assistant's actions; the room of actions draws what is in them."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from assistants.building.queries import access_assistant
from assistants.building.views.builder import open_builder
from organisations.actors import Actor
from organisations.pages import OrganisationRequest
from organisations.permissions import Level


def draw_actions(
    request: OrganisationRequest, assistant_id: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    """A page of an assistant around what the room of actions shows; in the open scope."""
    builder = open_builder(request.actor, assistant_id, "actions")
    frame = {"builder": builder, "inner": template, "may_edit": builder.may_edit}
    return render(request, "building/actions.html", frame | context)


def check_assistant(actor: Actor, assistant_id: str, *, edit: bool) -> None:
    """Whether the actor may see, or change, an assistant; in the open scope.

    Raises:
        NotFound: the organisation has no such assistant. LevelMissing: they may see it, but not change it.
    """
    access_assistant(actor, assistant_id, level=Level.EDIT if edit else Level.VIEW)
