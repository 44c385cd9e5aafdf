"""The state of a turn over REST; following and stopping it are in `stream.py`."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.turns.models import Turn
from assistants.turns.queries import access_turn, turn_document
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Permission


class TurnDetail(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    class Output(serializers.Serializer[Turn]):
        id = serializers.CharField()
        state = serializers.ChoiceField(
            choices=["pending", "streaming", "requires_action", "complete", "stopped", "failed"]
        )
        assistant = serializers.CharField()
        model = serializers.CharField()
        fallback = serializers.BooleanField(
            help_text="Whether the model answered in place of the first choice."
        )
        error = serializers.DictField(allow_null=True)
        requires_action = serializers.DictField(
            allow_null=True,
            help_text="What the answer waits for: confirmations and connections, each with its id, and until when.",
        )
        usage = serializers.DictField()
        created_at = serializers.DateTimeField()
        finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema(responses=Output)
    def get(self, request: Request, turn_id: str) -> Response:
        return Response(turn_document(access_turn(self.actor, turn_id)))
