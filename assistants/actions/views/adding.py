"""Adding an action: a ready-made connector, or one of a document, an address, an MCP server, or by hand."""

from itertools import zip_longest
from typing import Any

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from assistants.actions.actions.add_action import add_action
from assistants.actions.actions.add_connector import add_connector
from assistants.actions.connectors.catalogue import BRIDGE, connector
from assistants.actions.importing import Given, read_given
from assistants.actions.models import Action, Operation
from assistants.actions.queries import operations_of
from assistants.actions.views.answers import moved
from assistants.actions.views.documents import document_of
from kernel.errors import InvalidInput
from kernel.registries import draft_actions
from kernel.tenancy import tenant_scope
from organisations.pages import OrganisationRequest

TEMPLATE = """\
openapi: 3.1.0
info:
  title: My service
  version: "1"
servers:
  - url: https://api.example.com
paths:
  /items/{id}:
    get:
      operationId: getItem
      summary: Look up one item
      description: Use it when somebody asks about one item by its number.
      parameters:
        - name: id
          in: path
          required: true
          description: The item's number, as it stands on the label
          schema:
            type: integer
      responses:
        "200":
          description: The item
          content:
            application/json:
              schema:
                type: object
                properties:
                  name:
                    type: string
"""


def add(request: OrganisationRequest, assistant_id: str, base: str) -> HttpResponse:
    """Read what the form gives, save it, and lead to the new action.

    Args:
        base: the address of the page of actions.

    Raises: as `read_given` and `add_action`.
    """
    form = request.POST
    if form.get("way") == "connector":
        return _add_connector(request, assistant_id, base)
    imported = async_to_sync(read_given)(
        request.actor, assistant_id, _given(request), name=form.get("name", "").strip()[:120]
    )
    action = add_action(
        actor=request.actor,
        assistant_id=assistant_id,
        reading=imported.reading,
        auth=imported.auth,
        profile=imported.profile,
    )
    _say(request, action)
    return moved(f"{base}/{action.public_id}")


def _add_connector(request: OrganisationRequest, assistant_id: str, base: str) -> HttpResponse:
    """Add a connector, with what it reads and writes on at once: somebody chose it for that, and it asks before it writes.

    What it could delete stays off until somebody switches it on.
    """
    form = request.POST
    found = connector(form.get("connector", ""))
    is_bridge = found.kind == BRIDGE
    action = add_connector(
        actor=request.actor,
        assistant_id=assistant_id,
        name=found.name,
        title=form.get("name", "").strip()[:120],
        values=payload_of_form(form) if is_bridge else None,
        url=form.get("url", "") if is_bridge else "",
    )
    with tenant_scope(request.actor.organisation):
        rows = operations_of(action).exclude(risk=Operation.Risk.DESTROYS)
        keys = [str(key) for key in rows.values_list("key", flat=True)]
    draft_actions.get().switch(request.actor, assistant_id, action.public_id, keys)
    said = _("%(name)s is here. What it reads and writes is on, and it asks before it writes.")
    messages.success(request, said % {"name": action.name})
    return moved(f"{base}/{action.public_id}")


def payload_of_form(form: QueryDict) -> dict[str, Any]:
    """The payload of a bridge as its form gives it: a row for each field; rows without any words are left out."""
    columns = [form.getlist(f"field_{part}") for part in ("name", "type", "description", "required")]
    rows = [[one.strip() for one in row] for row in zip_longest(*columns, fillvalue="")]
    return {
        "description": form.get("description", ""),
        "fields": [
            {"name": name, "type": kind, "description": words, "required": needed == "1"}
            for name, kind, words, needed in rows
            if name or words
        ],
    }


def _given(request: OrganisationRequest) -> Given:
    way, address = request.POST.get("way", ""), request.POST.get("address", "").strip()
    if way in ("document", "write"):
        return Given(document=document_of(request))
    if not address:
        raise InvalidInput.on("address", "required", _("Give an address that begins with https://."))
    if way == "mcp":
        return Given(mcp_url=address)
    if address.partition("?")[0].endswith("ai-plugin.json"):
        return Given(plugin_url=address)
    return Given(url=address)


def _say(request: OrganisationRequest, action: Action) -> None:
    said = _("%(name)s is here. Switch on what the assistant may do with it.")
    messages.success(request, said % {"name": action.name})
