"""Actions and their operations as machines read them. Secrets have no field here."""

from collections.abc import Container, Iterable
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from assistants.actions.fetching import NEEDS_CONNECTING
from assistants.actions.models import Action, ActionExample, Operation, ToolApproval
from assistants.actions.queries import changed_tools, operations_of
from assistants.actions.signing import connect_path
from assistants.connections.models import AuthProfile
from kernel.registries import draft_actions
from organisations.actors import Actor

_BRIEF = ("key", "method", "path", "summary", "risk", "consequential")
_OBJECT: dict[str, Any] = {"type": "object", "additionalProperties": {}}


@extend_schema_field(_OBJECT)
class ObjectField(serializers.JSONField):
    """A JSON object."""


class AuthOutput(serializers.Serializer[Any]):
    """How calls are signed, and what people connect to. Whether a client secret is there is said; the secret never."""

    profile = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=AuthProfile.Kind.choices)
    owner = serializers.ChoiceField(choices=AuthProfile.Owner.choices)
    placement = serializers.SerializerMethodField()
    oauth = serializers.SerializerMethodField()
    client_secret_set = serializers.SerializerMethodField()
    hosts_confirmed = serializers.BooleanField()

    @extend_schema_field(_OBJECT)
    def get_placement(self, profile: AuthProfile) -> Any:
        return profile.document.get("placement")

    @extend_schema_field(_OBJECT | {"nullable": True})
    def get_oauth(self, profile: AuthProfile) -> Any:
        return profile.document.get("oauth")

    def get_client_secret_set(self, profile: AuthProfile) -> bool:
        return bool(profile.client_secret_encrypted)


class FindingOutput(serializers.Serializer[Any]):
    """Something to know about a document; `operation` is a key or empty, `line` counts from 1."""

    code = serializers.CharField()
    message = serializers.CharField()
    operation = serializers.CharField()
    line = serializers.IntegerField(allow_null=True)


class PromptOutput(serializers.Serializer[Any]):
    """A prompt of an MCP server, offered as a conversation starter."""

    name = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()


class ToolWords(serializers.Serializer[Any]):
    """What a server says of a tool."""

    title = serializers.CharField()
    description = serializers.CharField()
    risk = serializers.ChoiceField(choices=Operation.Risk.choices)
    schema = ObjectField()
    fingerprint = serializers.CharField()


class ChangedToolOutput(serializers.Serializer[Any]):
    """A tool that is off until somebody approves its new description; `before` is null where it is gone from the action."""

    operation = serializers.CharField()
    before = ToolWords(allow_null=True)
    after = ToolWords()
    noticed_at = serializers.DateTimeField()


class OperationBrief(serializers.Serializer[Any]):
    """One operation in a line. `changed`: an MCP tool that waits to be approved again."""

    key = serializers.CharField()
    method = serializers.CharField()
    path = serializers.CharField()
    summary = serializers.CharField()
    risk = serializers.ChoiceField(choices=Operation.Risk.choices)
    consequential = serializers.BooleanField(allow_null=True)
    enabled = serializers.BooleanField()
    changed = serializers.BooleanField()


class OperationOutput(OperationBrief):
    """One operation whole. `schema` is that of its arguments."""

    description = serializers.CharField()
    schema = ObjectField()
    response_schema = ObjectField(allow_null=True)


class ActionOutput(serializers.Serializer[Any]):
    """An action. `auth` is null where calls are not signed; `suggested_auth` is what the document says of it. `state`:
    `ready`, `paused`, `needs_auth` (the document wants calls signed, and nobody has said how) or `needs_connecting`.
    """

    id = serializers.CharField()
    kind = serializers.ChoiceField(choices=Action.Kind.choices)
    origin = serializers.ChoiceField(choices=Action.Origin.choices)
    connector = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    state = serializers.ChoiceField(choices=["ready", "paused", "needs_auth", "needs_connecting"])
    paused = serializers.BooleanField()
    server_url = serializers.CharField()
    hosts = serializers.ListField(child=serializers.CharField())
    source_url = serializers.CharField()
    privacy_policy_url = serializers.CharField()
    auth = AuthOutput(allow_null=True)
    suggested_auth = ObjectField(allow_null=True)
    connect_url = serializers.CharField()
    revision = serializers.CharField(allow_null=True)
    enabled = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ChangesOutput(serializers.Serializer[Any]):
    """What reading an API again changes, by the operations' keys; `what` of method, path, words, risk, consequential, arguments, answer."""

    class One(serializers.Serializer[Any]):
        key = serializers.CharField()
        what = serializers.ListField(child=serializers.CharField())

    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())
    changed = One(many=True)


class ActionWhole(ActionOutput):
    """An action with what it can do. `changes` is there after it was read again."""

    findings = FindingOutput(many=True)
    prompts = PromptOutput(many=True)
    changed_tools = ChangedToolOutput(many=True)
    operations = OperationBrief(many=True)
    changes = ChangesOutput(required=False)


class ExampleOutput(serializers.Serializer[Any]):
    """A call that was kept."""

    id = serializers.CharField(source="public_id")
    operation = serializers.CharField()
    name = serializers.CharField()
    arguments = ObjectField()
    status = serializers.IntegerField(allow_null=True)
    response = serializers.CharField()
    created_at = serializers.DateTimeField()


def action_json(action: Action, enabled: Iterable[str]) -> dict[str, Any]:
    """An action without its operations, inside the organisation's scope."""
    revision = action.revision
    profile = action.profile if action.profile and action.profile.deleted_at is None else None
    path = connect_path(action)
    return {
        "id": action.public_id,
        "kind": action.kind,
        "origin": action.origin,
        "connector": action.connector,
        "name": action.name,
        "description": action.description,
        "state": _state(action, profile),
        "paused": action.paused,
        "server_url": action.server_url,
        "hosts": [action.host],
        "source_url": action.source_url,
        "privacy_policy_url": action.privacy_policy_url,
        "auth": profile,
        "suggested_auth": revision.suggested_auth if revision else None,
        "connect_url": settings.PUBLIC_URL + path if path else "",
        "revision": revision.public_id if revision else None,
        "enabled": list(enabled),
        "created_at": action.created_at,
        "updated_at": action.updated_at,
    }


def whole_json(actor: Actor, action: Action) -> dict[str, Any]:
    """An action with everything about it, inside the organisation's scope."""
    on = enabled_of(actor, action)
    waiting = list(changed_tools(action))
    names = {row.operation for row in waiting}
    revision = action.revision
    shown = action_json(action, on)
    rows = operations_of(action).only(*_BRIEF, "position", "revision_id", "organisation_id")
    return shown | {
        "findings": revision.findings if revision else [],
        "prompts": revision.prompts if revision else [],
        "changed_tools": [changed_json(action, row) for row in waiting],
        "operations": [brief_json(row, on, names) for row in rows],
    }


def changed_json(action: Action, row: ToolApproval) -> dict[str, Any]:
    """A changed tool with its old and new description."""
    old = operations_of(action).filter(key=row.operation).first()
    before = None
    if old is not None:
        before = {
            "title": old.summary,
            "description": old.description,
            "risk": old.risk,
            "schema": old.arguments_schema,
            "fingerprint": old.fingerprint,
        }
    after = {
        "title": row.offer["summary"],
        "description": row.offer["description"],
        "risk": row.offer["risk"],
        "schema": row.offer["arguments_schema"],
        "fingerprint": row.offered,
    }
    return {"operation": row.operation, "before": before, "after": after, "noticed_at": row.noticed_at}


def brief_json(row: Operation, enabled: Container[str], changed: Container[str]) -> dict[str, Any]:
    """An operation in a line."""
    fields = {name: getattr(row, name) for name in _BRIEF}
    return fields | {"enabled": row.key in enabled, "changed": row.key in changed}


def operation_json(row: Operation, enabled: Container[str], changed: Container[str]) -> dict[str, Any]:
    """An operation whole."""
    return brief_json(row, enabled, changed) | {
        "description": row.description,
        "schema": row.arguments_schema,
        "response_schema": row.response_schema,
    }


def example_json(row: ActionExample) -> dict[str, Any]:
    """A kept call."""
    return dict(ExampleOutput(row).data)


def enabled_of(actor: Actor, action: Action) -> list[str]:
    """The operations of an action that the draft has switched on."""
    return draft_actions.get().uses(actor, action.assistant_id).get(action.public_id, [])


def _state(action: Action, profile: AuthProfile | None) -> str:
    revision = action.revision
    if action.paused:
        return "paused"
    if revision and any(finding["code"] == NEEDS_CONNECTING for finding in revision.findings):
        return "needs_connecting"
    suggested = revision.suggested_auth if revision else None
    return "needs_auth" if profile is None and suggested and suggested.get("kind") != "none" else "ready"
