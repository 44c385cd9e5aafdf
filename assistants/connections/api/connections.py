"""Connections, for machines. Secrets go in and never come out."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.connections.actions.begin_consent import begin_consent
from assistants.connections.actions.connect_with_key import connect_with_key
from assistants.connections.actions.end_connection import end_connection
from assistants.connections.auth_settings import LONGEST_SECRET
from assistants.connections.models import AuthProfile, Connection
from assistants.connections.queries import access_connection, look_up, visible_connections
from assistants.connections.refs import LONGEST_RETURN
from assistants.connections.rights import ref_for
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

TAG = "Connections"


def _secret() -> serializers.CharField:
    return serializers.CharField(max_length=LONGEST_SECRET, write_only=True, required=False, allow_blank=True)


class ConnectionOutput(serializers.Serializer[Any]):
    """A connection. `state` is active, needs_consent (it asks for something else by now) or broken (the service refused
    it); in both cases it signs no calls until somebody connects again.
    """

    id = serializers.CharField(source="public_id")
    profile = serializers.CharField(source="profile_id")
    name = serializers.CharField()
    assistant = serializers.CharField(source="assistant_name")
    maker = serializers.CharField(source="maker_name")
    host = serializers.CharField()
    kind = serializers.ChoiceField(choices=AuthProfile.Kind.choices)
    owner = serializers.ChoiceField(choices=AuthProfile.Owner.choices)
    scopes = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=Connection.State.choices)
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ConnectionPage(serializers.Serializer[Any]):
    """One page of connections."""

    results = ConnectionOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class BegunOutput(serializers.Serializer[Any]):
    """Where a person has to go, signed in here as themselves in that browser; the address works once, for ten minutes."""

    authorize_url = serializers.CharField()


class ConnectionList(OrganisationAPIView):
    """The actor's connections, and the organisation's for those who build."""

    permission = Permission.USE_ASSISTANTS

    class Input(StrictSerializer):
        profile = serializers.CharField(max_length=200)
        key = _secret()
        username = serializers.CharField(max_length=500, write_only=True, required=False, allow_blank=True)
        password = _secret()
        return_to = serializers.CharField(max_length=LONGEST_RETURN, required=False, allow_blank=True)

    @extend_schema(
        operation_id="connections_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=ConnectionPage,
        tags=[TAG],
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        return self.page_response(request, visible_connections(self.actor), ConnectionOutput)

    @extend_schema(
        operation_id="connections_create",
        request=Input,
        responses={
            201: PolymorphicProxySerializer(
                "Connecting", [ConnectionOutput, BegunOutput], resource_type_field_name=None
            )
        },
        tags=[TAG],
    )
    def post(self, request: Request) -> Response:
        """Give a key, or begin a consent: then the answer holds `authorize_url` for a person to open."""
        given = self.read_input(request, self.Input)
        ref = ref_for(self.actor, given.pop("profile"))
        back = given.pop("return_to", "")
        if look_up(ref).kind == AuthProfile.Kind.OAUTH2:
            session = "" if self.actor.api_key_id else (request._request.session.session_key or "")
            address = begin_consent(actor=self.actor, ref=ref, session_key=session, return_to=back)
            return Response({"authorize_url": address}, status=status.HTTP_201_CREATED)
        made = connect_with_key(actor=self.actor, ref=ref, given=given)
        return Response(ConnectionOutput(made).data, status=status.HTTP_201_CREATED)


class ConnectionDetail(OrganisationAPIView):
    """One connection."""

    permission = Permission.USE_ASSISTANTS

    @extend_schema(operation_id="connections_retrieve", responses=ConnectionOutput, tags=[TAG])
    def get(self, request: Request, connection_id: str) -> Response:
        """Show it."""
        return Response(ConnectionOutput(access_connection(self.actor, connection_id)).data)

    @extend_schema(operation_id="connections_delete", responses={204: None}, tags=[TAG])
    def delete(self, request: Request, connection_id: str) -> Response:
        """Disconnect: it signs no call from now on, and the service is told, where it takes note."""
        end_connection(actor=self.actor, connection_id=connection_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
