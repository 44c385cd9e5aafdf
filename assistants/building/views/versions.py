"""The timeline of versions."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from assistants.building.actions.restore_version import restore_version
from assistants.building.prompts import compile_prompt
from assistants.building.queries import access_version, specification_of, versions
from assistants.building.views.builder import open_builder
from assistants.knowledge.queries import documents_by_id
from kernel.pagination import paginate
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

PAGE = 30


@organisation_page(Permission.BUILD_ASSISTANTS)
def version_list(request: OrganisationRequest, assistant_id: str, number: int | None = None) -> HttpResponse:
    """The versions on the left, one of them on the right."""
    builder = open_builder(request.actor, assistant_id, "versions")
    rows = versions(builder.assistant)
    page = paginate(rows, cursor=request.GET.get("cursor"), limit=PAGE, order=("-number", "-id"))
    shown = (
        access_version(builder.assistant, number) if number is not None else next(iter(page.results), None)
    )
    context = {"builder": builder, "page": page, "shown": shown}
    if shown is not None:
        specification = specification_of(shown)
        context["spec"] = specification
        context["prompt"] = compile_prompt(specification)
        context["documents"] = documents_by_id(request.actor.organisation.pk, shown.manifest)
    return render(request, "building/versions.html", context)


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def version_restore(request: OrganisationRequest, assistant_id: str, number: int) -> HttpResponse:
    """Copy a version into the draft."""
    restore_version(actor=request.actor, assistant_id=assistant_id, number=number)
    message = _("Version %(number)s is in the draft now. Publish it when people should use it.")
    messages.success(request, message % {"number": number})
    return redirect("building:assistant_configure", assistant_id)
