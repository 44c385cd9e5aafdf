"""Operations of an action: listed, switched, tried, and their kept examples."""

from typing import Any

from asgiref.sync import async_to_sync
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.actions.actions.remove_example import remove_example
from assistants.actions.actions.save_example import save_example
from assistants.actions.api.base import TAG, ActionsView, AnyObject
from assistants.actions.presentation import (
    ExampleOutput,
    ObjectField,
    OperationOutput,
    enabled_of,
    operation_json,
)
from assistants.actions.queries import access_action, changed_tools, examples_of, operations_of
from assistants.actions.trying import try_operation
from kernel.errors import FieldError, InvalidInput
from kernel.pagination import paginate
from kernel.registries import draft_actions
from kernel.tenancy import tenant_scope
from organisations.api.base import StrictSerializer, limit_of

MOST = 500  # operations of one action that may be on


class OperationPage(serializers.Serializer[Any]):
    """One page of operations."""

    results = OperationOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class EnabledOutput(serializers.Serializer[Any]):
    """The keys of the operations that are on in the draft."""

    enabled = serializers.ListField(child=serializers.CharField())


class Switch(StrictSerializer):
    key = serializers.CharField(max_length=120)
    enabled = serializers.BooleanField()


class OperationsPatch(StrictSerializer):
    """Either `enabled`, the keys of all that are on, or `operations`, those that change."""

    enabled = serializers.ListField(
        child=serializers.CharField(max_length=120), max_length=MOST, required=False
    )
    operations = serializers.ListField(child=Switch(), max_length=MOST, required=False)


class OperationListView(ActionsView):
    """What an action can do."""

    @extend_schema(
        operation_id="assistants_actions_operations_list",
        responses=OperationPage,
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("search", str, description="Words of keys, paths and summaries."),
        ],
        tags=[TAG],
    )
    def get(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """List its operations with their schemas, in the document's order."""
        action = self.action_to_see(assistant_id, action_id)
        rows = operations_of(action, search=request.query_params.get("search", ""))
        page = paginate(
            rows,
            cursor=request.query_params.get("cursor"),
            limit=limit_of(request),
            order=("position", "id"),
        )
        on = set(enabled_of(self.actor, action))
        waiting = set(changed_tools(action).values_list("operation", flat=True))
        results = [operation_json(row, on, waiting) for row in page.results]
        shown = OperationOutput(results, many=True).data
        return Response({"results": shown, "next": page.next, "previous": page.previous})

    @extend_schema(request=OperationsPatch, responses=EnabledOutput, tags=[TAG])
    def patch(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """Switch operations on and off in the draft; published versions stay as they are."""
        self.action_to_edit(assistant_id, action_id)
        given = self.read_input(request, OperationsPatch)
        if ("enabled" in given) == ("operations" in given):
            words = _("Send either enabled or operations.")
            raise InvalidInput.on("operations" if given else "enabled", "one_of_them", words)
        keys = given.get("enabled")
        if keys is None:
            present = draft_actions.get().uses(self.actor, assistant_id).get(action_id, [])
            keys = switched(present, given["operations"])
        self._check(assistant_id, action_id, keys, "enabled" if "enabled" in given else "operations")
        draft_actions.get().switch(self.actor, assistant_id, action_id, keys)
        on = draft_actions.get().uses(self.actor, assistant_id).get(action_id, [])
        return Response({"enabled": on})

    def _check(self, assistant_id: str, action_id: str, keys: list[str], field: str) -> None:
        with tenant_scope(self.actor.organisation):
            action = access_action(self.actor.organisation, assistant_id, action_id)
            known = set(operations_of(action).values_list("key", flat=True))
        words = _("The action has no operation %(key)s.")
        wrong = [
            FieldError(f"{field}.{at}", "unknown_operation", str(words) % {"key": key})
            for at, key in enumerate(keys)
            if key not in known
        ]
        if wrong:
            raise InvalidInput(errors=wrong)


def switched(present: list[str], changes: list[dict[str, Any]]) -> list[str]:
    """The keys that are on after some were switched, in their order."""
    after = dict.fromkeys(present)
    for change in changes:
        if change["enabled"]:
            after.setdefault(change["key"])
        else:
            after.pop(change["key"], None)
    return list(after)


class TryInput(StrictSerializer):
    """A call. `confirmed`: needed where the operation writes."""

    operation = serializers.CharField(max_length=120)
    arguments = AnyObject(required=False, default=dict)
    confirmed = serializers.BooleanField(required=False, default=False)


class TriedOutput(serializers.Serializer[Any]):
    """A call that was made. `request` {method, url, headers, body} shows no secret; `response` {status, headers, failed,
    reason, body, truncated, milliseconds, bytes}, null where `error` {code, message} says why there is none; `failed` says that
    the answer itself tells of a failure, whatever its status; `curl` is the same call as a command, with `$TOKEN` in a
    secret's place.
    """

    request = ObjectField()
    response = ObjectField(allow_null=True)
    curl = serializers.CharField()
    error = ObjectField(allow_null=True)


class ActionTryView(ActionsView):
    """Trying an operation."""

    @extend_schema(request=TryInput, responses=TriedOutput, tags=[TAG])
    def post(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """Call an operation with your own connection, whether it is on or not."""
        self.check_edit(assistant_id)
        given = self.read_input(request, TryInput)
        tried = async_to_sync(try_operation)(
            actor=self.actor, assistant_id=assistant_id, action_id=action_id, **given
        )
        return Response(TriedOutput(tried.document()).data)


class ExampleInput(StrictSerializer):
    operation = serializers.CharField(max_length=120)
    name = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    arguments = AnyObject(required=False, default=dict)
    status = serializers.IntegerField(min_value=100, max_value=599, required=False, allow_null=True)
    response = serializers.CharField(max_length=100_000, required=False, allow_blank=True, default="")


class ExamplePage(serializers.Serializer[Any]):
    """One page of examples."""

    results = ExampleOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ExampleListView(ActionsView):
    """Kept calls."""

    @extend_schema(
        operation_id="assistants_actions_examples_list",
        responses=ExamplePage,
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        tags=[TAG],
    )
    def get(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """List them, newest first."""
        action = self.action_to_see(assistant_id, action_id)
        return self.page_response(request, examples_of(action), ExampleOutput)

    @extend_schema(request=ExampleInput, responses={201: ExampleOutput}, tags=[TAG])
    def post(self, request: Request, assistant_id: str, action_id: str) -> Response:
        """Keep a call."""
        self.check_edit(assistant_id)
        given = self.read_input(request, ExampleInput)
        made = save_example(actor=self.actor, assistant_id=assistant_id, action_id=action_id, **given)
        return Response(ExampleOutput(made).data, status=status.HTTP_201_CREATED)


class ExampleDetailView(ActionsView):
    """One kept call."""

    @extend_schema(request=None, responses={204: None}, tags=[TAG])
    def delete(self, request: Request, assistant_id: str, action_id: str, example_id: str) -> Response:
        """Take it away."""
        self.check_edit(assistant_id)
        remove_example(
            actor=self.actor, assistant_id=assistant_id, action_id=action_id, example_id=example_id
        )
        return Response(status=status.HTTP_204_NO_CONTENT)
