"""The record of calls, for machines."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.actions.actions.export_calls import export_calls
from assistants.actions.models import ActionCall
from assistants.actions.record_export import CONTENT_TYPE
from assistants.actions.records import access_call, read_filter, visible_calls
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.downloads import download
from organisations.permissions import Permission

TAG = "Calls of actions"
FILTERS = [
    OpenApiParameter("assistant", str, description="The id of the assistant that called."),
    OpenApiParameter("action", str, description="The id of the action."),
    OpenApiParameter(
        "host", str, description="Exactly this host, with its port where it is not the usual one."
    ),
    OpenApiParameter("person", str, description="The id or the e-mail address of who asked."),
    OpenApiParameter("outcome", str, enum=list(ActionCall.Outcome.values)),
    OpenApiParameter("from", str, description="From this day or moment on."),
    OpenApiParameter("to", str, description="Up to the end of this day, or before this moment."),
]


class CallOutput(serializers.Serializer[Any]):
    """One call. `outcome`: answered (with whatever status), failed (no answer came), refused (a policy, a limit or a rule
    kept it back; `error_code` says which) or denied (the person said no). `arguments` are without what looks like a secret.
    """

    id = serializers.CharField(source="public_id")
    created_at = serializers.DateTimeField()
    person = serializers.CharField(source="user.public_id", default=None, allow_null=True)
    by_key = serializers.SerializerMethodField()
    surface = serializers.CharField()
    turn = serializers.CharField(source="turn_id")
    assistant = serializers.CharField(source="assistant_id")
    assistant_name = serializers.CharField()
    version = serializers.CharField(source="version_id")
    action = serializers.CharField(source="action_id")
    action_name = serializers.CharField()
    operation = serializers.CharField()
    method = serializers.CharField()
    host = serializers.CharField()
    arguments = serializers.JSONField()
    outcome = serializers.ChoiceField(choices=ActionCall.Outcome.choices)
    status = serializers.IntegerField(allow_null=True)
    error_code = serializers.CharField()
    tainted = serializers.BooleanField()
    confirmation = serializers.CharField(source="confirmation_id")
    connection = serializers.CharField(source="connection_id")
    bytes_sent = serializers.IntegerField()
    bytes_received = serializers.IntegerField()
    milliseconds = serializers.IntegerField()

    def get_by_key(self, call: ActionCall) -> bool:
        """Whether a program asked, with a key."""
        return call.api_key_id is not None


class CallPage(serializers.Serializer[Any]):
    """One page of calls."""

    results = CallOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class CallList(OrganisationAPIView):
    """Calls of actions: the caller's own, and everybody's in the organisation for who may read its audit log."""

    permission = Permission.USE_ASSISTANTS

    @extend_schema(
        operation_id="action_calls_list",
        parameters=[*FILTERS, OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=CallPage,
        tags=[TAG],
    )
    def get(self, request: Request) -> Response:
        """List them, newest first, as far as they fit the filters."""
        rows = visible_calls(self.actor, read_filter(request.query_params))
        return self.page_response(request, rows, CallOutput)


class CallDetail(OrganisationAPIView):
    """One call of an action."""

    permission = Permission.USE_ASSISTANTS

    @extend_schema(operation_id="action_calls_retrieve", responses=CallOutput, tags=[TAG])
    def get(self, request: Request, call_id: str) -> Response:
        """Show one call."""
        return Response(CallOutput(access_call(self.actor, call_id)).data)


class CallExport(OrganisationAPIView):
    """The organisation's calls of actions as a file."""

    permission = Permission.VIEW_AUDIT

    class Input(StrictSerializer):
        assistant = serializers.CharField(required=False, allow_blank=True, max_length=60)
        action = serializers.CharField(required=False, allow_blank=True, max_length=60)
        host = serializers.CharField(required=False, allow_blank=True, max_length=255)
        person = serializers.CharField(required=False, allow_blank=True, max_length=255)
        outcome = serializers.CharField(required=False, allow_blank=True, max_length=20)

        def get_fields(self) -> dict[str, Any]:
            """`from` is a word of Python's, so that it can be no attribute."""
            moments = {
                name: serializers.CharField(required=False, allow_blank=True) for name in ("from", "to")
            }
            return {**super().get_fields(), **moments}

    @extend_schema(
        operation_id="action_calls_export",
        request=Input,
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
        tags=[TAG],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Send what fits the filters as CSV, newest first; the audit log keeps that it was taken out."""
        wanted = read_filter(self.read_input(request, self.Input))
        name = f"calls-{self.actor.organisation.slug}-{timezone.now():%Y-%m-%d}.csv"
        chunks = export_calls(actor=self.actor, wanted=wanted)
        return download(request._request, chunks, name=name, content_type=CONTENT_TYPE)
