"""What the page's scripts are answered."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from assistants.knowledge.actions.add_source import Added

CHANGED, WENT = "knowledge-changed", "knowledge-went"


def changes(text: str = "", *, went: dict[str, Any] | None = None, **toast: str) -> str:
    """What tells the page that its sources changed, with a message where there is something to say.

    Args:
        went: how far an action on all that a listing shows has come; see `knowledge.views.bulk`.
    """
    triggers: dict[str, Any] = {CHANGED: True}
    if text:
        triggers["toast"] = {"text": text, "level": "success", **toast}
    if went is not None:
        triggers[WENT] = went
    return json.dumps(triggers)


def changed(text: str = "", *, went: dict[str, Any] | None = None, **toast: str) -> HttpResponse:
    """The same as an answer without a body."""
    return HttpResponse(status=204, headers={"HX-Trigger": changes(text, went=went, **toast)})


def ask_first(
    request: HttpRequest, *, title: str, words: str, act: str, fields: list[tuple[str, str]]
) -> HttpResponse:
    """A question in a dialog, in the place of doing what was asked for: its button asks again with `sure`.

    Args:
        title: the question. words: what it means. act: the button's word.
        fields: those of the form that asked.
    """
    context = {
        "title": title,
        "words": words,
        "act": act,
        "fields": fields,
        "address": request.get_full_path(),
    }
    response = render(request, "knowledge/_sure.html", context)
    response["HX-Retarget"] = "#knowledge-sure"
    response["HX-Reswap"] = "innerHTML"
    response["HX-Trigger-After-Settle"] = "knowledge-ask"
    return response


def answer_upload(request: HttpRequest, added: Added) -> HttpResponse:
    """What was added: for htmx a trigger, for the script that sends files JSON."""
    if getattr(request, "htmx", False):
        return changed(added.note)
    return JsonResponse(
        {"id": added.source.public_id, "name": added.source.name, "note": added.note}, status=201
    )
