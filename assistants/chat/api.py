"""Conversations over REST; asking is in `stream.py`."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from assistants.actions.actions.withdraw_always import withdraw_always
from assistants.actions.allowed import always_allowed
from assistants.chat.actions.delete_conversation import delete_conversation
from assistants.chat.actions.give_feedback import give_feedback
from assistants.chat.actions.start_conversation import start_conversation
from assistants.chat.actions.switch_version import switch_version
from assistants.chat.models import Conversation, Message
from assistants.chat.pins import other_version
from assistants.chat.queries import access_conversation, conversations, message_documents, shown_path
from kernel.errors import InvalidInput
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission


class ConversationOutput(serializers.Serializer[Conversation]):
    id = serializers.CharField(source="public_id")
    title = serializers.CharField()
    assistant = serializers.CharField(source="assistant_id")
    assistant_name = serializers.CharField()
    version = serializers.IntegerField(source="version_number", allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ConversationList(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    class Input(StrictSerializer):
        assistant = serializers.CharField(required=False, max_length=80)
        listing = serializers.CharField(required=False, max_length=80)

    @extend_schema(responses=ConversationOutput(many=True), operation_id="conversations_list")
    def get(self, request: Request) -> Response:
        return self.page_response(
            request, conversations(self.actor), ConversationOutput, order=("-updated_at", "-id")
        )

    @extend_schema(request=Input, responses={201: ConversationOutput})
    def post(self, request: Request) -> Response:
        values = self.read_input(request, self.Input)
        reference = values.get("assistant") or values.get("listing")
        if not reference:
            raise InvalidInput.on(
                "assistant", "required", _("Say which assistant, by its id or its listing.")
            )
        conversation = start_conversation(actor=self.actor, reference=reference)
        return Response(ConversationOutput(conversation).data, status=HTTP_201_CREATED)


class ConversationDetail(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    class Output(ConversationOutput):
        messages = serializers.ListField(child=serializers.DictField())
        other_version = serializers.IntegerField(
            allow_null=True,
            help_text="The version that it would get if it began now, where that is another one.",
        )

    @extend_schema(responses=Output)
    def get(self, request: Request, conversation_id: str) -> Response:
        conversation = access_conversation(self.actor, conversation_id)
        messages = message_documents([node.message for node in shown_path(conversation)])
        other = other_version(self.actor, conversation)
        standing = {"messages": messages, "other_version": other.number if other else None}
        return Response(ConversationOutput(conversation).data | standing)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: str) -> Response:
        delete_conversation(actor=self.actor, conversation_id=conversation_id)
        return Response(status=HTTP_204_NO_CONTENT)


class ConversationVersion(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=None, responses=ConversationOutput)
    def post(self, request: Request, conversation_id: str) -> Response:
        """Go on with the version that is live now, instead of the one that it began with."""
        conversation = switch_version(actor=self.actor, conversation_id=conversation_id)
        return Response(ConversationOutput(conversation).data)


class AllowedList(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    class Output(serializers.Serializer[Any]):
        action = serializers.CharField()
        operation = serializers.CharField()
        label = serializers.CharField()  # type: ignore[assignment]
        host = serializers.CharField()
        created_at = serializers.DateTimeField()

    @extend_schema(responses=Output(many=True))
    def get(self, request: Request, conversation_id: str) -> Response:
        """The operations that are called in this conversation without asking, because its person said so."""
        conversation = access_conversation(self.actor, conversation_id)
        allowed = always_allowed(self.actor, conversation.public_id)
        return Response(self.Output(allowed, many=True).data)


class AllowedDetail(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(responses={204: None})
    def delete(self, request: Request, conversation_id: str, action_id: str, operation: str) -> Response:
        """Ask again from the next call on."""
        withdraw_always(actor=self.actor, thread_id=conversation_id, action_id=action_id, operation=operation)
        return Response(status=HTTP_204_NO_CONTENT)


class MessageFeedback(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    class Input(StrictSerializer):
        value = serializers.ChoiceField(choices=Message.Feedback.choices)
        text = serializers.CharField(required=False, allow_blank=True, max_length=2000)

    @extend_schema(request=Input, responses={200: Input})
    def put(self, request: Request, message_id: str) -> Response:
        values: dict[str, Any] = self.read_input(request, self.Input)
        message = give_feedback(actor=self.actor, message_id=message_id, **values)
        return Response({"value": message.feedback, "text": message.feedback_text})

    @extend_schema(responses={204: None})
    def delete(self, request: Request, message_id: str) -> Response:
        give_feedback(actor=self.actor, message_id=message_id, value="")
        return Response(status=HTTP_204_NO_CONTENT)
