"""The page where assistants are brought along, and the account of what came over."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy, ngettext

from assistants.building.actions.import_assistants import import_assistants, import_definitions, report_of
from assistants.building.import_forms import WORDS, ImportForm, PasteForm
from assistants.building.importers import AUTO, gpt
from assistants.building.importers.files import assign_files
from assistants.building.models import ImportReport
from assistants.building.portability.archives import bundle_of_uploads
from assistants.building.portability.bundles import open_bundle
from assistants.building.views.builder import open_builder
from assistants.knowledge.files import check_request_size, clean_name
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission

FIELDS = {
    "specification": gettext_lazy("Everything in its settings"),
    "profile.name": gettext_lazy("Name"),
    "profile.description": gettext_lazy("Description"),
    "profile.welcome_message": gettext_lazy("Welcome message"),
    "profile.starters": gettext_lazy("Conversation starters"),
    "instructions.text": gettext_lazy("Instructions"),
    "model.id": gettext_lazy("Model"),
    "model.parameters.temperature": gettext_lazy("Temperature"),
    "model.parameters.top_p": gettext_lazy("Top p"),
    "model.parameters.max_output_tokens": gettext_lazy("Longest answer"),
    "answer_policy.citations": gettext_lazy("Citations"),
    "knowledge": gettext_lazy("Knowledge"),
}


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("GET", "POST"))
def assistant_import(request: OrganisationRequest) -> HttpResponse:
    """A file to bring along, or the fields of a GPT to paste."""
    if request.method != "POST":
        return _page(request, ImportForm(), PasteForm())
    check_request_size(request.META, request.actor)
    form = ImportForm(request.POST, request.FILES)
    if form.is_valid():
        with form.showing_refusals(), open_bundle(form.cleaned_data["file"]) as bundle:
            chosen = form.cleaned_data["format"] or AUTO
            reports = import_assistants(actor=request.actor, bundle=bundle, format=chosen)
            return _done(request, reports)
    return _refused(request, form, PasteForm())


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def assistant_import_paste(request: OrganisationRequest) -> HttpResponse:
    """Make an assistant of a GPT's fields and files."""
    check_request_size(request.META, request.actor)
    form = PasteForm(request.POST, request.FILES)
    if form.is_valid():
        with form.showing_refusals():
            return _done(request, _paste(request, form.cleaned_data))
    return _refused(request, ImportForm(), form)


def _paste(request: OrganisationRequest, values: dict[str, Any]) -> list[ImportReport]:
    uploads = {clean_name(file.name or ""): file for file in request.FILES.getlist("gpt-knowledge")}
    bundle = bundle_of_uploads(uploads, values["name"])
    made = gpt.pasted(
        name=values["name"],
        description=values["description"],
        instructions=values["instructions"],
        starters=values["starters"].splitlines(),
        openapi=values["openapi"],
    )
    assign_files([made], bundle, set())
    return import_definitions(actor=request.actor, definitions=[made], bundle=bundle)


def _done(request: OrganisationRequest, reports: list[ImportReport]) -> HttpResponse:
    if len(reports) == 1:
        return redirect("building:import_report", reports[0].assistant.public_id)
    words = ngettext(
        "%(count)s assistant came over. Its menu has the report of what came along and what did not.",
        "%(count)s assistants came over. The menu of each has the report of what came along and what did not.",
        len(reports),
    )
    messages.success(request, words % {"count": len(reports)})
    return redirect("building:assistant_list")


def _refused(request: OrganisationRequest, form: ImportForm, paste: PasteForm) -> HttpResponse:
    with tenant_scope(request.actor.organisation):
        return _page(request, form, paste).render()


def _page(request: OrganisationRequest, form: ImportForm, paste: PasteForm) -> TemplateResponse:
    return TemplateResponse(request, "building/import.html", {"form": form, "paste": paste})


@organisation_page(Permission.BUILD_ASSISTANTS)
def import_report(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """What came over and what did not, word for word."""
    builder = open_builder(request.actor, assistant_id, "import")
    report = report_of(builder.assistant)
    if report is None:
        raise NotFound
    context = {
        "builder": builder,
        "report": report,
        "format": WORDS.get(report.format, report.format),
        "mapped": [_in_words(entry) for entry in report.mapped],
        "lost_knowledge": builder.source_count == 0,
    }
    return TemplateResponse(request, "building/import_report.html", context)


def _in_words(entry: dict[str, str]) -> dict[str, Any]:
    field, _sep, title = entry["field"].partition(": ")
    return {"given": entry["given"], "label": FIELDS.get(field, field), "title": title}
