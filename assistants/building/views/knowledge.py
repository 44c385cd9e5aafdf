"""The pages of an assistant's sources; the knowledge room draws what is in them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from assistants.building.queries import access_assistant, versions
from assistants.building.starting_points import starting_point
from assistants.building.views.builder import Builder, open_builder
from assistants.knowledge.models import Document, SourceSet
from assistants.knowledge.views import panel_context, source_context
from kernel.registries import SourceOwner
from organisations.actors import Actor
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Level, Permission

VERSIONS = 20


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_knowledge(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Drop zone, queue and table of the sources."""
    builder = open_builder(request.actor, assistant_id, "knowledge")
    panel = panel_context(request.actor, builder.assistant.source_set, request.path, request.GET.dict())
    more = {
        "would_help": _would_help(builder),
        "try_url": reverse("building:assistant_try", args=[builder.id]),
    }
    return render(request, "building/knowledge.html", {"builder": builder, **more, **panel})


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_source(request: OrganisationRequest, assistant_id: str, source_id: str) -> HttpResponse:
    """One source: what it is, how it was cut, what is set about it and what uses it."""
    builder = open_builder(request.actor, assistant_id, "knowledge")
    base = reverse("building:assistant_knowledge", args=[builder.id])
    shown = source_context(request.actor, builder.assistant.source_set, source_id, base, request.GET.dict())
    row = shown["row"]
    more = {
        "used_by": _used_by(builder, shown["revisions"]),
        "users": [_placed(owner, source_id) for owner in row.users.known],
        "origin": _placed(row.origin, source_id) if row.origin else None,
    }
    context = {"builder": builder, **more, **shown}
    return render(request, "building/source.html", context)


def draw_origins(
    request: OrganisationRequest, assistant_id: str, template: str, context: dict[str, Any]
) -> HttpResponse:
    """A page of an assistant around what the room of actions shows of services outside; in the open scope."""
    builder = open_builder(request.actor, assistant_id, "knowledge")
    return render(request, "building/connect.html", {"builder": builder, "inner": template} | context)


def _placed(owner: SourceOwner, source_id: str) -> dict[str, str]:
    """The page of a source at an assistant that answers from it."""
    return {"label": owner.name, "url": reverse("building:assistant_source", args=[owner.id, source_id])}


def _used_by(builder: Builder, revisions: Sequence[Document]) -> list[dict[str, str]]:
    """The versions that answer from one of these documents, newest first."""
    keys = Q()
    for document in revisions:
        keys |= Q(manifest__contains=document.pk)
    found = versions(builder.assistant).filter(keys).values_list("number", flat=True) if keys else ()
    return [
        {
            "label": _("Version %(number)s") % {"number": number},
            "url": reverse("building:version_detail", args=[builder.id, number]),
        }
        for number in found[:VERSIONS]
    ]


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
