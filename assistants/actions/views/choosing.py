"""Choosing what an assistant is given: the gallery, the forms that it leads to, and changing what a connector gave."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assistants.actions.actions.update_connector import update_connector
from assistants.actions.connectors.bridges import TYPES, payload_of
from assistants.actions.connectors.catalogue import BRIDGE, connectors, known_connector
from assistants.actions.gallery import WAYS, gallery_of, tool_cards
from assistants.actions.models import Action
from assistants.actions.views.adding import TEMPLATE, payload_of_form
from assistants.actions.views.answers import moved
from kernel.registries import draft_actions
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest

FIRST_FIELDS = 2  # empty rows of a payload that stand there at first


def page_of(request: OrganisationRequest, assistant_id: str) -> tuple[str, dict[str, Any]]:
    """The template of a page that adds something, and what it shows; inside the organisation's scope.

    `?from=` is one of the ways or the name of a bridge; without, it is the gallery, narrowed by `?search=` and `?category=`.
    """
    asked = request.GET
    chosen = asked.get("from", "")
    way = next((one for one in WAYS if one.name == chosen), None)
    if way is not None:
        text = TEMPLATE if way.name == "write" else ""
        return "actions/new.html", {"way": way, "ways": WAYS, "text": text}
    bridge = next((one for one in connectors() if one.name == chosen and one.kind == BRIDGE), None)
    if bridge is not None:
        rows = [{"type": "text", "required": True}] * FIRST_FIELDS
        return "actions/bridge.html", {"bridge": bridge, "types": _types(), "rows": rows}
    search, category = asked.get("search", "")[:200], asked.get("category", "")
    found = gallery_of(request.actor, assistant_id, search=search.strip(), category=category)
    return "actions/gallery.html", {"gallery": found}


def document_of_connector(action: Action) -> dict[str, Any]:
    """What the document's page shows of an action that was made from a connector; nothing for others."""
    found = known_connector(action.connector)
    if found is None:
        return {}
    if found.kind != BRIDGE:
        return {"connector": found}
    payload = payload_of(action.revision.document if action.revision else "")
    given = payload.values() if payload else {"description": "", "fields": []}
    return {
        "connector": found,
        "bridge": found,
        "types": _types(),
        "rows": given["fields"],
        "description": given["description"],
    }


def save_connector(request: OrganisationRequest, action: Action, base: str) -> HttpResponse:
    """Bring an app's operations up to date, or save a bridge's payload and, where one is given, its new address."""
    found = known_connector(action.connector)
    is_bridge = found is not None and found.kind == BRIDGE
    update_connector(
        actor=request.actor,
        assistant_id=action.assistant_id,
        action_id=action.public_id,
        values=payload_of_form(request.POST) if is_bridge else None,
        url=request.POST.get("url", "").strip() if is_bridge else "",
    )
    messages.success(request, _("%(name)s is saved.") % {"name": action.name})
    return moved(f"{base}/document")


def switch(request: OrganisationRequest, assistant_id: str, base: str) -> HttpResponse:
    """Switch a built-in tool of the draft, and draw its card again.

    Raises:
        NotFound: there is no such tool.
    """
    name = request.POST.get("name", "")
    draft_actions.get().allow(request.actor, assistant_id, name, request.POST.get("on") == "1")
    with tenant_scope(request.actor.organisation):
        card = next(one for one in tool_cards(request.actor, assistant_id) if one.name == name)
        return render(request, "actions/_gallery_card.html", {"card": card, "base": base})


def _types() -> list[tuple[str, str]]:
    return [(key, str(words)) for key, (words, _schema) in TYPES.items()]
