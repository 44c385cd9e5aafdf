"""The timeline of versions, one of them, and what differs between two."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistants.building.actions.restore_version import restore_version
from assistants.building.comparison.compare import DRAFT, compare_versions, read_side
from assistants.building.comparison.labels import PARTS, sections_of
from assistants.building.comparison.results import Comparison
from assistants.building.figures import figures_of_rollout
from assistants.building.leaving_out import removed_from
from assistants.building.models import Version
from assistants.building.prompts import compile_prompt
from assistants.building.queries import (
    access_version,
    open_rollout,
    specification_of,
    versions,
    waiting_release,
)
from assistants.building.timeline import spells_of
from assistants.building.views.builder import Builder, open_builder
from assistants.knowledge.queries import documents_by_id
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

PAGE = 30
CHOICES = 500


@organisation_page(Permission.BUILD_ASSISTANTS)
def version_list(request: OrganisationRequest, assistant_id: str, number: int | None = None) -> HttpResponse:
    """The versions on the left, one of them on the right, with what it changed."""
    builder = open_builder(request.actor, assistant_id, "versions")
    context = _timeline(request, builder)
    shown = (
        access_version(builder.assistant, number)
        if number is not None
        else next(iter(context["page"].results), None)
    )
    if shown is not None:
        context |= _whole(builder, shown) | _since_the_one_before(builder, shown)
        context["spells"] = spells_of(builder.publication).get(shown.pk, [])
    if context["rollout"] is not None:
        context["figures"] = figures_of_rollout(context["rollout"])
    return render(request, "building/versions.html", context | {"shown": shown})


@organisation_page(Permission.BUILD_ASSISTANTS)
def version_diff(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What differs between any two versions, or a version and the draft."""
    builder = open_builder(request.actor, assistant_id, "versions")
    before = read_side(request.GET.get("from", ""), "from")
    after = read_side(request.GET.get("to", DRAFT), "to")
    comparison = compare_versions(builder.assistant, before, after)
    context = _timeline(request, builder) | _compared(comparison)
    choices = versions(builder.assistant).order_by("-number").values_list("number", "note")[:CHOICES]
    context |= {"choices": choices, "marked": {before, after} - {None}}
    return render(request, "building/version_diff.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def version_restore(request: OrganisationRequest, assistant_id: str, number: int) -> HttpResponse:
    """Copy a version into the draft."""
    restored = restore_version(actor=request.actor, assistant_id=assistant_id, number=number)
    message = _("Version %(number)s is in the draft now. Publish it when people should use it.")
    messages.success(request, message % {"number": number})
    if restored.left_out:
        left_out = ngettext(
            "%(count)s source of another assistant was left out, because you may not look into that assistant. Ask"
            " somebody who may to share it again.",
            "%(count)s sources of other assistants were left out, because you may not look into those assistants. Ask"
            " somebody who may to share them again.",
            restored.left_out,
        )
        messages.warning(request, left_out % {"count": restored.left_out})
    return redirect("building:assistant_configure", assistant_id)


def _timeline(request: OrganisationRequest, builder: Builder) -> dict[str, Any]:
    rows = versions(builder.assistant).defer("specification", "manifest")
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=PAGE, order=("-number", "-id"))
    spells = spells_of(builder.publication)
    for version in page.results:
        version.spells = spells.get(version.pk, [])
    rollout = open_rollout(builder.publication) if builder.publication else None
    return {
        "builder": builder,
        "page": page,
        "rollout": rollout,
        "scheduled": waiting_release(builder.assistant),
        "may_release": builder.may_edit and (builder.may_publish or not _reaches_others(builder)),
    }


def _reaches_others(builder: Builder) -> bool:
    return builder.publication is not None and builder.publication.reaches_others


def _whole(builder: Builder, shown: Version) -> dict[str, Any]:
    specification = specification_of(shown)
    return {
        "spec": specification,
        "prompt": compile_prompt(specification),
        "removed": list(removed_from(shown).values()),
        "documents": documents_by_id(builder.actor.organisation.pk, shown.manifest),
    }


def _since_the_one_before(builder: Builder, shown: Version) -> dict[str, Any]:
    if shown.number == 1:
        return {}
    return _compared(compare_versions(builder.assistant, shown.number - 1, shown.number))


def _compared(comparison: Comparison) -> dict[str, Any]:
    told = [(PARTS.get(change.part, change.part), change) for change in comparison.disclosures]
    return {"comparison": comparison, "sections": sections_of(comparison.fields), "told": told}
