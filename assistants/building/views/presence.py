"""Who is on a draft together, and what became of it meanwhile."""

from typing import Annotated, Any

import orjson
from django.http import HttpResponse, JsonResponse
from pydantic import Field, StringConstraints

from assistants.building.models import Draft
from assistants.building.presence import end_presence, note_presence
from assistants.building.queries import access_assistant, draft_of
from assistants.building.specification import Part, parse_part
from assistants.building.workshop_queries import open_changes
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest, organisation_page
from organisations.permissions import Level, Permission


class PresenceInput(Part):
    """What an open page says of itself."""

    client: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{8,40}$")]
    field: Annotated[str, StringConstraints(pattern=r"^[a-z_.]{0,80}$")] = ""
    revision: Annotated[int, Field(ge=0)] = 0
    leave: bool = False


@organisation_page(Permission.BUILD_ASSISTANTS, methods=("POST",))
def draft_presence(request: OrganisationRequest, assistant_id: str) -> HttpResponse:
    """Note a page's presence; answers with the others, the draft's revision, and what the builder changed since."""
    said = _said(request.body)
    with tenant_scope(request.actor.organisation):
        assistant = access_assistant(request.actor, assistant_id, level=Level.VIEW)
        if said.leave:
            end_presence(assistant_id, said.client)
            return HttpResponse(status=204)
        others = note_presence(request.actor, assistant_id, said.client, said.field)
        answer: dict[str, Any] = {"others": [other.document() for other in others]}
        draft = draft_of(assistant)
        answer |= {"revision": draft.revision, "changed_by": "", "changes": []}
        if draft.revision != said.revision:
            answer["changed_by"] = _changed_by(draft)
            answer["changes"] = [change.document() for change in open_changes(assistant, draft.specification)]
    return JsonResponse(answer)


def _said(body: bytes) -> PresenceInput:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise InvalidInput from error
    return parse_part(PresenceInput, document)


def _changed_by(draft: Draft) -> str:
    return draft.updated_by.display_name if draft.updated_by else ""
