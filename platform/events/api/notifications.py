"""Notifications that the caller got in the organisation of their key or session."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from events.actions.choose_emails import choose_emails
from events.actions.mark_read import mark_all_read, mark_read
from events.models import NotificationChoice
from events.queries import choices_of, notifications_here
from kernel.errors import NotAuthenticated
from organisations.actors import Actor
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission


class NotificationOutput(serializers.Serializer[Any]):
    """Something that the caller was told."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    title = serializers.CharField(source="title_words")
    body = serializers.CharField(source="body_words")
    url = serializers.CharField()
    created_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationPage(serializers.Serializer[Any]):
    """One page of notifications."""

    results = NotificationOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ChoiceOutput(serializers.Serializer[Any]):
    """How the caller hears of one kind by e-mail."""

    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    email = serializers.ChoiceField(choices=NotificationChoice.Email.choices)


class PreferencesOutput(serializers.Serializer[Any]):
    """The caller's choice for every kind."""

    choices = ChoiceOutput(many=True)


def _person(actor: Actor) -> User:
    """Service accounts are told nothing.

    Raises:
        NotAuthenticated: no person is behind the request.
    """
    if actor.user is None:
        raise NotAuthenticated
    return actor.user


class NotificationList(OrganisationAPIView):
    """What the caller was told."""

    permission = Permission.VIEW_ORGANISATION

    @extend_schema(
        operation_id="notifications_list",
        parameters=[
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
            OpenApiParameter("unread", bool),
            OpenApiParameter("kind", str),
        ],
        responses=NotificationPage,
        tags=["Notifications"],
    )
    def get(self, request: Request) -> Response:
        """List one's own notifications of this organisation, newest first; `unread=true` leaves out what was read."""
        rows = notifications_here(
            self.actor.organisation,
            _person(self.actor),
            unread=request.query_params.get("unread") == "true",
            kind=request.query_params.get("kind", ""),
        )
        return self.page_response(request, rows, NotificationOutput)


class NotificationRead(OrganisationAPIView):
    """Reading one."""

    permission = Permission.VIEW_ORGANISATION

    @extend_schema(
        operation_id="notifications_read", request=None, responses={204: None}, tags=["Notifications"]
    )
    def post(self, request: Request, notification_id: str) -> Response:
        """Mark one of one's own notifications as read."""
        mark_read(
            user=_person(self.actor),
            notification_id=notification_id,
            organisation=self.actor.organisation,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class AllRead(OrganisationAPIView):
    """Reading all."""

    permission = Permission.VIEW_ORGANISATION

    @extend_schema(
        operation_id="notifications_read_all", request=None, responses={204: None}, tags=["Notifications"]
    )
    def post(self, request: Request) -> Response:
        """Mark all of one's own notifications of this organisation as read."""
        mark_all_read(user=_person(self.actor), organisation=self.actor.organisation)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Preferences(OrganisationAPIView):
    """How the caller hears of things by e-mail; the same in all of their organisations."""

    permission = Permission.VIEW_ORGANISATION

    class Input(StrictSerializer):
        choices = serializers.DictField(
            child=serializers.ChoiceField(choices=NotificationChoice.Email.choices), allow_empty=False
        )

    @extend_schema(
        operation_id="notifications_preferences_retrieve", responses=PreferencesOutput, tags=["Notifications"]
    )
    def get(self, request: Request) -> Response:
        """Say how the caller hears of every kind by e-mail."""
        return Response(PreferencesOutput({"choices": choices_of(_person(self.actor))}).data)

    @extend_schema(
        operation_id="notifications_preferences_update",
        request=Input,
        responses=PreferencesOutput,
        tags=["Notifications"],
    )
    def put(self, request: Request) -> Response:
        """Choose for some kinds, `{kind: at_once, daily or off}`; kinds that are not named stay as they are."""
        person = _person(self.actor)
        choose_emails(user=person, choices=self.read_input(request, self.Input)["choices"])
        return Response(PreferencesOutput({"choices": choices_of(person)}).data)
