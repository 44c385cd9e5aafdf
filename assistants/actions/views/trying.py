"""The test panel: one call, made by somebody who builds with their own account."""

from typing import Any

import orjson
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from assistants.actions.actions.save_example import save_example
from assistants.actions.calling.connecting import CreatorNotConnected, NotConnected
from assistants.actions.calling.planned import read_operation
from assistants.actions.models import Action, ActionExample, Operation
from assistants.actions.openapi.checking import check_arguments
from assistants.actions.openapi.documents import READS, ReadOperation
from assistants.actions.openapi.preparing import prepare
from assistants.actions.presentation import enabled_of
from assistants.actions.queries import access_operation, examples_of, operations_of
from assistants.actions.trying import try_operation
from assistants.actions.views.answers import said
from assistants.actions.views.signing import signing_of
from assistants.connections.oauth.errors import ConnectionBroken
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actors import Actor
from organisations.pages import OrganisationRequest


def try_context(actor: Actor, action: Action, base: str, key: str, example_id: str) -> dict[str, Any]:
    """What the template `actions/try.html` needs, inside the organisation's scope.

    Args:
        key: of the operation to begin with; the first that is on where it is none. example_id: to fill its form with.
    """
    on = set(enabled_of(actor, action))
    operations = list(operations_of(action).only("key", "method", "path", "summary", "risk"))
    keys = [one.key for one in operations]
    examples = list(examples_of(action))
    example = next((one for one in examples if one.public_id == example_id), None)
    key = example.operation if example else key
    if key not in keys:
        key = next((one for one in keys if one in on), keys[0] if keys else "")
    return {
        "operations_on": [one for one in operations if one.key in on],
        "operations_off": [one for one in operations if one.key not in on],
        "signing": signing_of(actor, action, f"{base}/try?operation={key}"),
        "examples": examples,
        "example": example,
        **form_context(action, key, example),
    }


def form_context(action: Action, key: str, example: ActionExample | None = None) -> dict[str, Any]:
    """One operation with the schema that its form is made from, inside the organisation's scope."""
    if not key:
        return {"operation": None}
    row = access_operation(action, key)
    schema = row.mapping.get("schema") or row.arguments_schema
    filled = example.arguments if example and example.operation == key else {}
    # As texts: htmx drops script elements of what it swaps in, those that hold data too.
    return {
        "operation": row,
        "schema": orjson.dumps(schema).decode(),
        "filled": orjson.dumps(filled).decode(),
    }


def run(request: OrganisationRequest, action: Action, base: str) -> HttpResponse:
    """Make the call, and show both sides; a write is shown first as it would be sent."""
    form = request.POST
    key, arguments = form.get("operation", ""), _arguments(form.get("arguments", ""))
    with tenant_scope(request.actor.organisation):
        row = access_operation(action, key)
        known = read_operation(row)
    confirmed = form.get("confirmed") == "1"
    if known.risk != READS and not confirmed:
        return render(request, "actions/_confirm.html", _asked(action, row, known, arguments))
    try:
        tried = async_to_sync(try_operation)(
            actor=request.actor,
            assistant_id=action.assistant_id,
            action_id=action.public_id,
            operation=key,
            arguments=arguments,
            confirmed=confirmed,
        )
    except (NotConnected, CreatorNotConnected, ConnectionBroken) as error:
        with tenant_scope(request.actor.organisation):
            signing = signing_of(request.actor, action, f"{base}/try?operation={key}")
        return render(
            request, "actions/_connect.html", {"action": action, "signing": signing, "error": error}
        )
    context = {
        "action": action,
        "base": base,
        "operation": row,
        "tried": tried,
        "arguments": orjson.dumps(arguments).decode(),
    }
    return render(request, "actions/_tried.html", context)


def keep(request: OrganisationRequest, action: Action, base: str) -> HttpResponse:
    """Keep the call that was just made, and show the list anew."""
    form = request.POST
    status = form.get("status", "")
    save_example(
        actor=request.actor,
        assistant_id=action.assistant_id,
        action_id=action.public_id,
        operation=form.get("operation", ""),
        arguments=_arguments(form.get("arguments", "")),
        name=form.get("name", ""),
        status=int(status) if status.isascii() and status.isdecimal() and len(status) < 4 else None,
        response=form.get("response", ""),
    )
    return said(_("Kept as an example."), response=examples_list(request, action, base))


def examples_list(request: OrganisationRequest, action: Action, base: str) -> HttpResponse:
    """The kept calls."""
    with tenant_scope(request.actor.organisation):
        context = {"examples": list(examples_of(action)), "base": base, "may_edit": True}
        return render(request, "actions/_examples.html", context)


def _asked(action: Action, row: Operation, known: ReadOperation, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a write would send, exactly.

    Raises:
        InvalidInput: the arguments do not work, and which.
    """
    arguments = check_arguments(known, arguments)
    context = {
        "action": action,
        "operation": row,
        "host": action.host,
        "method": "POST",
        "url": action.server_url,
    }
    if action.kind == Action.Kind.MCP:
        return context | {"body": orjson.dumps(arguments, option=orjson.OPT_INDENT_2).decode()}
    request = prepare(known, action.server_url, arguments)
    return context | {
        "host": request.host,
        "method": request.method,
        "url": request.url,
        "body": _pretty(request.content),
    }


def _pretty(content: bytes | None) -> str:
    if content is None:
        return ""
    try:
        return orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2).decode()
    except ValueError:
        return content.decode("utf-8", "replace")


def _arguments(text: str) -> dict[str, Any]:
    try:
        given = orjson.loads(text or "{}")
    except ValueError as error:
        message = _("This is not valid JSON: %(problem)s") % {"problem": error}
        raise InvalidInput.on("arguments", "invalid_json", message) from None
    if not isinstance(given, dict):
        raise InvalidInput.on("arguments", "not_an_object", _("The arguments have to be one JSON object."))
    return given
