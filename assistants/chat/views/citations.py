"""Where an answer's citation leads: the page of the document, its paragraph marked; its picture, and its file."""

from typing import Any
from urllib.parse import quote

from django.core.files.storage import default_storage
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse

from assistants.knowledge.places import Place, may_see_page, place_of
from assistants.knowledge.rendering.answers import answer_picture
from assistants.knowledge.rendering.pages import SIZES
from assistants.turns.models import Turn
from assistants.turns.queries import access_turn
from assistants.turns.showing import reading_of, shown_citations
from kernel.errors import NotFound
from kernel.registries import citation_rights
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Permission


@organisation_page(Permission.USE_ASSISTANTS)
def citation_detail(request: OrganisationRequest, turn_id: str, number: int) -> HttpResponse:
    """One citation of an answer that was given to this person: as a drawer, or as a page of its own."""
    drawer = bool(request.headers.get("HX-Request")) or request.GET.get("drawer") == "1"
    try:
        turn, place = _opened(request.actor, turn_id, number, _number(request.GET.get("page")))
    except NotFound:
        if not drawer:
            raise
        return render(request, "chat/_drawer_closed.html", {"number": number}, status=404)
    template = "chat/_drawer.html" if drawer else "chat/citation_detail.html"
    items = {item["number"]: item for item in shown_citations([turn])[turn.public_id]}
    return TemplateResponse(request, template, _context(turn, items, number, place))


@organisation_page(Permission.USE_ASSISTANTS, scope=False)
def citation_page(request: OrganisationRequest, turn_id: str, number: int) -> HttpResponse:
    """The cited page as a picture, for whoever may open the citation now: `?page=` one beside it, `?size=large`."""
    place = _place(request.actor, turn_id, number)
    page = _number(request.GET.get("page")) or place.page or 0
    size = request.GET.get("size", "")
    if not may_see_page(place, page) or size not in SIZES or place.document is None:
        raise NotFound
    return answer_picture(request, place.document, page, size=size)


@organisation_page(Permission.USE_ASSISTANTS, scope=False)
def citation_file(request: OrganisationRequest, turn_id: str, number: int) -> HttpResponse:
    """The cited file, where its source offers it."""
    place = _place(request.actor, turn_id, number)
    if not place.downloadable or place.document is None:
        raise NotFound
    try:
        file = default_storage.open(place.document.storage_key)
    except FileNotFoundError:
        raise NotFound from None
    response: Any = FileResponse(file, content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(place.document.name, safe='')}"
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[no-any-return]


def _place(actor: Actor, turn_id: str, number: int) -> Place:
    """The place alone, with no transaction left open: what follows reads files."""
    with tenant_scope(actor.organisation):
        place = _opened(actor, turn_id, number)[1]
    if place is None:
        raise NotFound
    return place


def _opened(actor: Actor, turn_id: str, number: int, page: int | None = None) -> tuple[Turn, Place | None]:
    """A turn of the actor's and the place of one of its citations, as far as it may be shown now; none for a web page.

    Raises:
        NotFound: there is no such turn or citation, or it may not be opened: all answer alike.
    """
    turn = access_turn(actor, turn_id)
    item = next((item for item in turn.citations if item["number"] == number), None)
    if item is None or not (turn.publication_id or actor.can(Permission.BUILD_ASSISTANTS)):
        raise NotFound
    if not item["document"]:
        return turn, None
    showing = citation_rights.get()(reading_of(turn, actor), [item["document"]]).get(item["document"])
    if showing is None:
        raise NotFound
    # The viewer sees one passage's page because this answer cites it; nothing else of the creator's knowledge.
    with tenant_scope(turn.creator_organisation_id):
        place = place_of(
            turn.creator_organisation_id,
            item["passage"],
            spans=item.get("spans", ()),
            showing=showing,
            page=page,
        )
    return turn, place


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 7 else None


def _context(
    turn: Turn, items: dict[int, dict[str, Any]], number: int, place: Place | None
) -> dict[str, Any]:
    numbers = sorted(items)
    at = numbers.index(number)
    return {
        "turn": turn,
        "item": items[number] | ({"quote": place.quote} if place else {}),
        "items": [items[n] for n in numbers],
        "number": number,
        "previous": numbers[at - 1] if at else None,
        "next": numbers[at + 1] if at + 1 < len(numbers) else None,
        "place": place,
        "nav": "chats",
    }
