"""Adding an action: from a document, an address, an MCP server, or by hand."""

from typing import NamedTuple

from asgiref.sync import async_to_sync
from django.contrib import messages
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.actions.actions.add_action import add_action
from assistants.actions.importing import Given, read_given
from assistants.actions.models import Action
from assistants.actions.views.answers import moved
from assistants.actions.views.documents import document_of
from kernel.errors import InvalidInput
from organisations.pages import OrganisationRequest


class Way(NamedTuple):
    """A way to an action: its name in addresses, its icon and its words."""

    name: str
    icon: str
    title: str | Promise
    words: str | Promise


WAYS = (
    Way(
        "document",
        "file-up",
        gettext_lazy("Paste or upload a document"),
        gettext_lazy("An OpenAPI description in JSON or YAML, up to 10 MB"),
    ),
    Way(
        "url",
        "link",
        gettext_lazy("Fetch it from an address"),
        gettext_lazy("An OpenAPI document, or a plugin's ai-plugin.json"),
    ),
    Way(
        "mcp",
        "plug",
        gettext_lazy("Connect an MCP server"),
        gettext_lazy("Its tools, over streamable HTTP"),
    ),
    Way(
        "write",
        "square-pen",
        gettext_lazy("Write it by hand"),
        gettext_lazy("From a small template, with completion"),
    ),
)
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
