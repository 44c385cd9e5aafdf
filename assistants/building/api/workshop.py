"""The workshop over REST: what was said, what it changed, and taking one change back or keeping it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.building.actions.keep_changes import keep_change
from assistants.building.actions.undo_change import undo_change
from assistants.building.models import DraftChange, WorkshopMessage
from assistants.building.queries import access_assistant
from assistants.building.workshop_queries import OpenChange, open_changes, text_of, workshop_messages
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Permission


class SaidOutput(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    role = serializers.ChoiceField(choices=WorkshopMessage.Role.choices)
    text = serializers.SerializerMethodField()
    state = serializers.CharField(source="turn.state", default=None, allow_null=True)
    suggestions = serializers.JSONField()
    created_at = serializers.DateTimeField()

    def get_text(self, row: WorkshopMessage) -> str:
        return text_of(row)


class ChangeOutput(serializers.Serializer[OpenChange]):
    id = serializers.CharField()
    path = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    now = serializers.JSONField(allow_null=True)
    message = serializers.CharField(allow_null=True)


class SettledOutput(serializers.Serializer[DraftChange]):
    id = serializers.CharField(source="public_id")
    path = serializers.CharField()
    kept_at = serializers.DateTimeField(allow_null=True)
    undone_at = serializers.DateTimeField(allow_null=True)


class WorkshopDetail(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Output(serializers.Serializer[Any]):
        messages = SaidOutput(many=True)
        changes = ChangeOutput(many=True)

    @extend_schema(responses=Output)
    def get(self, request: Request, assistant_id: str) -> Response:
        """What was said to the builder, and the changes of the draft that nobody has kept or taken back."""
        assistant = access_assistant(self.actor, assistant_id)
        changes = [change.document() for change in open_changes(assistant)]
        said = SaidOutput(workshop_messages(assistant), many=True).data
        return Response({"messages": said, "changes": changes})


class ChangeUndo(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(request=None, responses=SettledOutput)
    def post(self, request: Request, assistant_id: str, change_id: str) -> Response:
        """Put the field back to what it was before; 409 where somebody wrote it since."""
        change = undo_change(actor=self.actor, assistant_id=assistant_id, change_id=change_id)
        return Response(SettledOutput(change).data)


class ChangeKeep(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(request=None, responses=SettledOutput)
    def post(self, request: Request, assistant_id: str, change_id: str) -> Response:
        """Keep the change, so that it is no longer marked."""
        change = keep_change(actor=self.actor, assistant_id=assistant_id, change_id=change_id)
        return Response(SettledOutput(change).data)
