"""Where an answer's citation leads: the page of the document, its paragraph marked."""

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from assistants.knowledge.queries import place_of
from assistants.turns.queries import access_turn
from kernel.errors import NotFound
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.USE_ASSISTANTS)
def citation_detail(request: OrganisationRequest, turn_id: str, number: int) -> HttpResponse:
    """One citation of an answer that was given to this person: as a drawer, or as a page of its own."""
    turn = access_turn(request.actor, turn_id)
    items = {item["number"]: item for item in turn.citations}
    if number not in items:
        raise NotFound
    # The viewer sees one passage's page because this answer cites it; nothing else of the creator's knowledge.
    with tenant_scope(turn.creator_organisation_id):
        place = place_of(
            turn.creator_organisation_id, items[number]["passage"], spans=items[number].get("spans", ())
        )
    drawer = bool(request.headers.get("HX-Request")) or request.GET.get("drawer") == "1"
    template = "chat/_drawer.html" if drawer else "chat/citation_detail.html"
    return TemplateResponse(request, template, _context(turn, items, number, place))


def _context(turn: Any, items: dict[int, dict[str, Any]], number: int, place: Any) -> dict[str, Any]:
    numbers = sorted(items)
    at = numbers.index(number)
    return {
        "turn": turn,
        "item": items[number],
        "items": [items[n] for n in numbers],
        "number": number,
        "previous": numbers[at - 1] if at else None,
        "next": numbers[at + 1] if at + 1 < len(numbers) else None,
        "place": place,
        "nav": "chats",
    }
