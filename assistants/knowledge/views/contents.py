"""Editing what was written here: a text, or questions with their answers."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assistants.knowledge.actions.edit_pairs import edit_pairs, pairs_of
from assistants.knowledge.actions.edit_text import edit_text, text_of
from assistants.knowledge.models import Source, SourceSet
from assistants.knowledge.pairs import Put, checked_pairs
from assistants.knowledge.queries import access_source
from assistants.knowledge.views.adding import typed_pairs
from assistants.knowledge.views.answers import changed
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest


def open_contents(
    request: OrganisationRequest, source_set: SourceSet, source_id: str, address: str
) -> HttpResponse:
    """The editor, filled. Asked for by POST, since a GET would hold a transaction while storage is read."""
    with tenant_scope(request.actor.organisation):
        source = access_source(source_set, source_id)
    context = {"source": source, "address": address}
    if source.type == Source.Type.QA:
        context["pairs"] = pairs_of(source)
    else:
        context["text"] = text_of(source)
    return render(request, "knowledge/_contents.html", context)


def write_contents(request: OrganisationRequest, source_set: SourceSet, source_id: str) -> HttpResponse:
    """Save what the editor holds as the source's next revision."""
    actor, seen = request.actor, request.POST.get("document", "")
    if request.POST.get("type") == Source.Type.QA:
        edit = Put(checked_pairs(typed_pairs(request)))
        edit_pairs(actor=actor, source_set=source_set, source_id=source_id, edit=edit, document=seen)
    else:
        text = request.POST.get("text", "")
        edit_text(actor=actor, source_set=source_set, source_id=source_id, text=text, document=seen)
    return changed(_("Saved. The words before answer until these have been read."))
