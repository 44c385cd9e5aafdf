"""What the page's scripts are answered."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from assistants.knowledge.actions.add_source import Added

CHANGED = "knowledge-changed"


def changed(text: str = "", **toast: str) -> HttpResponse:
    """Tell the page that its sources changed, with a message where there is something to say."""
    triggers: dict[str, Any] = {CHANGED: True}
    if text:
        triggers["toast"] = {"text": text, "level": "success", **toast}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(triggers)})


def answer_upload(request: HttpRequest, added: Added) -> HttpResponse:
    """What was added: for htmx a trigger, for the script that sends files JSON."""
    if getattr(request, "htmx", False):
        return changed(added.note)
    return JsonResponse(
        {"id": added.source.public_id, "name": added.source.name, "note": added.note}, status=201
    )
