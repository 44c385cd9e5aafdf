"""Actions: listed, added, changed, read again and removed."""

from dataclasses import asdict
from typing import Any

from asgiref.sync import async_to_sync
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.actions.actions.add_action import add_action
from assistants.actions.actions.add_connector import add_connector
from assistants.actions.actions.approve_tool import approve_tool
from assistants.actions.actions.refresh_tools import refresh_tools
from assistants.actions.actions.reimport_action import preview_reimport, reimport_action
from assistants.actions.actions.remove_action import remove_action
from assistants.actions.actions.update_action import FIELDS, update_action
from assistants.actions.actions.update_connector import update_connector
from assistants.actions.api.base import (
    TAG,
    ActionsView,
    AnyObject,
    DocumentParser,
    TextOrObject,
    WebAddress,
    settings_of,
)
from assistants.actions.importing import Given, read_again, read_given
from assistants.actions.models import Action
from assistants.actions.presentation import (
    ActionOutput,
    ActionWhole,
    ChangesOutput,
    FindingOutput,
    action_json,
    whole_json,
)
from assistants.actions.queries import actions_of
from kernel.errors import InvalidInput
from kernel.pagination import paginate
from kernel.registries import draft_actions
from organisations.api.base import StrictSerializer, limit_of

WAYS = ("document", "url", "plugin_url", "mcp_url")
_OF_CONNECTOR = ("url", "values")


class WhereFrom(StrictSerializer):
    """Where an API is described. `document`: OpenAPI 3.0 or 3.1 as JSON or YAML text, or as the object that it is.
    `url`: of such a document. `plugin_url`: of an `ai-plugin.json`. `mcp_url`: of an MCP server over streamable HTTP, or its
    configuration as other programs keep it.
    """

    document = TextOrObject(required=False)
    url = serializers.CharField(max_length=2000, required=False)
    plugin_url = serializers.CharField(max_length=2000, required=False)
    mcp_url = TextOrObject(required=False)
    auth = AnyObject(
        required=False,
        help_text="{kind: none | api_key | oauth2, owner: user | organisation, placement {where: header | query | basic | "
        "bearer, name}, oauth {grant, authorization_url, token_url, revocation_url, scopes[], client_id, token_auth, audience, "
        "resource, extra_authorize}, client_secret, key, username, password}; the last four go in and never come out.",
    )
    hosts_confirmed = serializers.BooleanField(required=False, default=False)


class ActionInput(WhereFrom):
    """`connector`: the name of a ready-made one; a bridge needs the `url` of its webhook, which is kept as a secret, and in
    `values` its payload `{description, fields[] {name, type, description, required}}`.
    """

    name = serializers.CharField(max_length=120, required=False)
    connector = serializers.CharField(max_length=40, required=False)
    values = AnyObject(required=False)


class ActionPatch(WhereFrom):
    """What is left out stays. With one of the places to read it from, the action is read again; `dry_run` only says what
    that would change. Of a bridge, `url` is another address of its webhook and `values` another payload.
    """

    values = AnyObject(required=False)

    name = serializers.CharField(max_length=120, required=False)
    description = serializers.CharField(max_length=8000, allow_blank=True, required=False)
    privacy_policy_url = WebAddress()
    paused = serializers.BooleanField(required=False)
    dry_run = serializers.BooleanField(required=False, default=False)


class ActionPage(serializers.Serializer[Any]):
    """One page of actions."""

    results = ActionOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class DryRunOutput(serializers.Serializer[Any]):
    """What reading it again would change."""

    changes = ChangesOutput()
    findings = FindingOutput(many=True)


class ActionListView(ActionsView):
    """The actions of an assistant."""

    parser_classes = (DocumentParser,)

    @extend_schema(
        operation_id="assistants_actions_list",
        responses=ActionPage,
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        tags=[TAG],
    )
    def get(self, request: Request, assistant_id: str) -> Response:
        """List them, oldest first."""
        self.check_assistant(assistant_id, edit=False)
        page = paginate(
            actions_of(self.actor.organisation, assistant_id),
            cursor=request.query_params.get("cursor"),
            limit=limit_of(request),
            order=("created_at", "id"),
        )
        on = draft_actions.get().uses(self.actor, assistant_id)
        results = [action_json(row, on.get(row.public_id, [])) for row in page.results]
        return Response(
            {
                "results": ActionOutput(results, many=True).data,
                "next": page.next,
                "previous": page.previous,
            }
        )

    @extend_schema(request=ActionInput, responses={201: ActionWhole}, tags=[TAG])
    def post(self, request: Request, assistant_id: str) -> Response:
        """Add an action from exactly one of `document`, `url`, `plugin_url`, `mcp_url` and `connector`; none of its operations
        is on yet.
        """
        self.check_edit(assistant_id)
        given = self.read_input(request, ActionInput)
        if "connector" in given:
            action = self._add_connector(assistant_id, given)
            shown = self.whole(assistant_id, action.public_id)
            return Response(ActionWhole(shown).data, status=status.HTTP_201_CREATED)
        _refuse(given, ("values",))
        auth = settings_of(given.get("auth"))
        imported = async_to_sync(read_given)(
            self.actor, assistant_id, where_from(given), name=given.get("name", ""), auth=auth
        )
        action = add_action(
            actor=self.actor,
            assistant_id=assistant_id,
            reading=imported.reading,
            auth=imported.auth,
            hosts_confirmed=given["hosts_confirmed"],
            profile=imported.profile,
        )
        shown = self.whole(assistant_id, action.public_id)
        return Response(ActionWhole(shown).data, status=status.HTTP_201_CREATED)

    def _add_connector(self, assistant_id: str, given: dict[str, Any]) -> Action:
        _refuse(given, ("document", "plugin_url", "mcp_url", "auth"))
        return add_connector(
            actor=self.actor,
            assistant_id=assistant_id,
            name=given["connector"],
            title=given.get("name", ""),
            values=given.get("values"),
            url=given.get("url", ""),
        )


class ActionDetailView(ActionsView):
    """One action."""

    parser_classes = (DocumentParser,)

    @extend_schema(responses=ActionWhole, tags=[TAG])
    def get(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """How it stands, and what it can do."""
        action = self.action_to_see(assistant_id, action_id)
        return Response(ActionWhole(whole_json(self.actor, action)).data)

    @extend_schema(
        request=ActionPatch,
        responses=PolymorphicProxySerializer(
            "ChangedAction", [ActionWhole, DryRunOutput], resource_type_field_name=None
        ),
        tags=[TAG],
    )
    def patch(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """Change it, or read it again; with `dry_run` the answer is `{changes, findings}` and nothing is saved."""
        action = self.action_to_edit(assistant_id, action_id)
        given = self.read_input(request, ActionPatch)
        auth = settings_of(given.get("auth"))
        changes = None
        if action.connector and any(way in given for way in _OF_CONNECTOR):
            _refuse(given, ("document", "plugin_url", "mcp_url", "auth", "dry_run"))
            update_connector(
                actor=self.actor,
                assistant_id=assistant_id,
                action_id=action_id,
                values=given.get("values"),
                url=given.get("url", ""),
            )
        elif any(way in given for way in WAYS):
            _refuse(given, ("values",))
            where = where_from(given)
            reading = async_to_sync(read_again)(self.actor, action, where)
            naming: Any = {"actor": self.actor, "assistant_id": assistant_id, "action_id": action_id}
            changes = asdict(preview_reimport(**naming, reading=reading))
            if given["dry_run"]:
                findings = [asdict(one) for one in reading.findings]
                return Response(DryRunOutput({"changes": changes, "findings": findings}).data)
            reimport_action(**naming, reading=reading)
        elif given["dry_run"]:
            raise InvalidInput.on("dry_run", "nothing_to_read", _("Say where it is to be read again from."))
        self._change(assistant_id, action_id, given, auth)
        shown = self.whole(assistant_id, action_id)
        return Response(ActionWhole(shown if changes is None else shown | {"changes": changes}).data)

    def _change(self, assistant_id: str, action_id: str, given: dict[str, Any], auth: Any) -> None:
        values = {field: given[field] for field in FIELDS if field in given}
        if values or auth is not None:
            update_action(
                actor=self.actor,
                assistant_id=assistant_id,
                action_id=action_id,
                auth=auth,
                hosts_confirmed=given["hosts_confirmed"],
                **values,
            )

    @extend_schema(request=None, responses={204: None}, tags=[TAG])
    def delete(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """Remove it: no version calls it from now on, and everybody's connections to it end."""
        self.check_edit(assistant_id)
        remove_action(actor=self.actor, assistant_id=assistant_id, action_id=action_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActionRefreshView(ActionsView):
    """Asking again where an action comes from."""

    @extend_schema(request=None, responses=ActionWhole, tags=[TAG])
    def post(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """Read it again from where it came. Tools of an MCP server that changed stay off until somebody approves them."""
        action = self.action_to_edit(assistant_id, action_id)
        if action.kind != Action.Kind.MCP and not (action.source_url or action.connector):
            raise InvalidInput.on(
                "action", "no_source", _("Its document was written here. Send the new one with PATCH.")
            )
        reading = async_to_sync(read_again)(self.actor, action)
        naming: Any = {"actor": self.actor, "assistant_id": assistant_id, "action_id": action_id}
        if action.kind == Action.Kind.MCP:
            changes = refresh_tools(**naming, reading=reading)
        else:
            changes = preview_reimport(**naming, reading=reading)
            reimport_action(**naming, reading=reading)
        shown = self.whole(assistant_id, action_id) | {"changes": asdict(changes)}
        return Response(ActionWhole(shown).data)


class ToolApproveView(ActionsView):
    """A changed tool of an MCP server."""

    class Input(StrictSerializer):
        fingerprint = serializers.CharField(max_length=64, required=False, default="")

    @extend_schema(request=Input, responses=ActionWhole, tags=[TAG])
    def post(self, request: Request, assistant_id: str, action_id: str, key: str) -> Response:
        """Let it be called again as it is described now. `fingerprint`: of what was looked at; 409 where it changed since."""
        self.check_edit(assistant_id)
        given = self.read_input(request, self.Input) if request.data else {"fingerprint": ""}
        approve_tool(
            actor=self.actor,
            assistant_id=assistant_id,
            action_id=action_id,
            operation=key,
            offered=given["fingerprint"],
        )
        return Response(ActionWhole(self.whole(assistant_id, action_id)).data)


def _refuse(given: dict[str, Any], fields: tuple[str, ...]) -> None:
    for field in fields:
        if given.get(field):
            words = _("This does not go together with what else was sent. Leave it out.")
            raise InvalidInput.on(field, "not_together", words)


def where_from(given: dict[str, Any]) -> Given:
    """The one place that a body names.

    Raises:
        InvalidInput: it names none, or several.
    """
    named = [way for way in WAYS if way in given]
    if len(named) != 1:
        code = "several_sources" if named else "required"
        field = named[1] if named else "document"
        words = _("Send exactly one of %(ways)s.") % {"ways": ", ".join(WAYS)}
        raise InvalidInput.on(field, code, words)
    return Given(**{named[0]: given[named[0]]})
