"""The page where two of an assistant answer the same question side by side."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assistants.building.queries import versions
from assistants.building.views.builder import Builder, open_builder
from assistants.building.views.configure import offered_models
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

SHOWN_VERSIONS = 50


@dataclass(frozen=True)
class Column:
    """One side: what answers there at first. `version` is None for the draft, `model` empty for its own."""

    label: str
    version: int | None
    model: str


@dataclass(frozen=True)
class VersionChoice:
    """A version that may answer."""

    number: int
    live: bool


@organisation_page(Permission.BUILD_ASSISTANTS)
def assistant_compare(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Two columns and one question: the draft beside the live version, or beside another model where there is none."""
    builder = open_builder(request.actor, assistant_id, "compare")
    return render(request, "building/compare.html", _context(builder))


def _context(builder: Builder) -> dict[str, Any]:
    models = offered_models(builder)
    live = builder.publication.live_version.number if builder.publication else None
    own = builder.specification.model.id
    other = "" if live else next((model.id for model in models if model.id != own), "")
    numbers = versions(builder.assistant).order_by("-number").values_list("number", flat=True)
    return {
        "builder": builder,
        "models": models,
        "versions": [VersionChoice(number, number == live) for number in numbers[:SHOWN_VERSIONS]],
        "columns": [Column(_("Left"), None, ""), Column(_("Right"), live, other)],
    }
