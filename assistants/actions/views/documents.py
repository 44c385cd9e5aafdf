"""An action's document: edited by hand, read again from its address, with what that changes before anything is saved."""

from dataclasses import asdict
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.actions.reimport_action import preview_reimport, reimport_action
from assistants.actions.importing import Given, read_again
from assistants.actions.models import Action
from assistants.actions.openapi.documents import DocumentError, Finding
from assistants.actions.openapi.outlining import outline
from assistants.actions.openapi.reading import read_document
from assistants.actions.reading import MOST_BYTES
from assistants.actions.views.answers import moved
from assistants.actions.views.completing import suggestions
from assistants.connections.hosts import origin_of
from kernel.errors import DomainError, InvalidInput
from organisations.pages import OrganisationRequest

MOST_SHOWN = 200  # findings and operations of one answer
MOST_CHECKED = 1024 * 1024  # bytes that are looked at while somebody types
WHAT = {
    "method": gettext_lazy("method"),
    "path": gettext_lazy("path"),
    "words": gettext_lazy("description"),
    "risk": gettext_lazy("risk"),
    "consequential": gettext_lazy("when people are asked"),
    "arguments": gettext_lazy("arguments"),
    "answer": gettext_lazy("answer"),
}


def document_of(request: OrganisationRequest) -> str:
    """The document of a form: as a file, or in its field.

    Raises:
        InvalidInput: there is none, it is too large, or no text.
    """
    file = request.FILES.get("document")
    if file is None:
        text = str(request.POST.get("document", ""))
    elif (file.size or 0) > MOST_BYTES:
        raise InvalidInput.on(
            "document", "too_large", _("A document has at most 10 MB. Leave out what is not called.")
        )
    else:
        text = file.read().decode("utf-8-sig", "replace")
    if not text.strip():
        raise InvalidInput.on("document", "required", _("Paste a document, or choose a file."))
    return text


def check(request: OrganisationRequest) -> JsonResponse:
    """What is wrong with a document while it is written: {error, findings, operations}, with lines counted from 1."""
    text = str(request.POST.get("document", ""))
    data = text.encode("utf-8", "replace")
    if not text.strip() or len(data) > MOST_CHECKED:
        return JsonResponse({"error": None, "findings": [], "operations": []})
    entries = [asdict(entry) for entry in outline(data).entries[:MOST_SHOWN]]
    base_url = str(request.POST.get("base_url", ""))
    try:
        found = read_document(data, base_url=base_url)
    except DomainError as error:
        return JsonResponse({"error": _problem(error), "findings": [], "operations": entries})
    findings = [asdict(one) for one in found.warnings[:MOST_SHOWN]]
    return JsonResponse({"error": None, "findings": findings, "operations": entries})


def complete(request: OrganisationRequest) -> JsonResponse:
    """What may stand where the cursor is: see `suggestions`."""
    return JsonResponse(suggestions(str(request.POST.get("before", ""))[-MOST_CHECKED:]))


def save(request: OrganisationRequest, action: Action, base: str) -> HttpResponse:
    """Read the document again and save it; where that changes operations, say first which.

    The form's `again` reads it from its address. `expected` is the hash of what somebody has seen already.
    """
    naming: Any = {
        "actor": request.actor,
        "assistant_id": action.assistant_id,
        "action_id": action.public_id,
    }
    again = request.POST.get("again") == "1"
    given = None if again else Given(document=document_of(request))
    reading = async_to_sync(read_again)(request.actor, action, given)
    changes = preview_reimport(**naming, reading=reading)
    moves = origin_of(reading.server_url) != origin_of(action.server_url)
    if (changes or moves) and request.POST.get("expected") != reading.content_hash:
        context = {
            "action": action,
            "base": base,
            "again": again,
            "expected": reading.content_hash,
            "stale": bool(request.POST.get("expected")),
            "added": changes.added[:MOST_SHOWN],
            "removed": changes.removed[:MOST_SHOWN],
            "changed": [(one["key"], _words(one["what"])) for one in changes.changed[:MOST_SHOWN]],
            "left": max(0, sum(map(len, (changes.added, changes.removed, changes.changed))) - MOST_SHOWN),
            "moves": reading.server_url if moves else "",
            "findings": reading.findings[:MOST_SHOWN],
        }
        return render(request, "actions/_changes.html", context)
    reimport_action(**naming, reading=reading)
    messages.success(request, _("%(name)s is saved.") % {"name": action.name})
    return moved(f"{base}/document")


def _words(what: list[str]) -> str:
    return ", ".join(str(WHAT[one]) for one in what)


def _problem(error: DomainError) -> dict[str, Any]:
    line, column = (error.line, error.column) if isinstance(error, DocumentError) else (None, None)
    return asdict(Finding(error.code, error.message, line=line)) | {"column": column}
