"""API keys of the caller's organisation."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.create_api_key import create_api_key
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import PersonOutput, scope_field
from organisations.permissions import Permission
from organisations.queries import visible_api_keys


class KeyOutput(serializers.Serializer[Any]):
    """A key, without its secret."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    prefix = serializers.CharField()
    user = PersonOutput()
    scopes = serializers.ListField(child=scope_field())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)


class NewKeyOutput(KeyOutput):
    """A key just made, with the secret that is shown this once."""

    key = serializers.CharField()


class KeyPage(serializers.Serializer[Any]):
    """One page of keys."""

    results = KeyOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class KeyList(OrganisationAPIView):
    """Keys, and new ones."""

    permission = Permission.MANAGE_KEYS

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80)
        scopes = serializers.ListField(child=scope_field(), allow_empty=False)
        expires_at = serializers.DateTimeField(required=False, allow_null=True)

    @extend_schema(
        operation_id="organisation_keys_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=KeyPage,
        tags=["Organisation"],
    )
    def get(self, request: Request) -> Response:
        """List one's own keys, or everybody's for who manages members; revoked ones included."""
        return self.page_response(request, visible_api_keys(self.actor), KeyOutput)

    @extend_schema(
        operation_id="organisation_keys_create",
        request=Input,
        responses={201: NewKeyOutput},
        tags=["Organisation"],
    )
    def post(self, request: Request) -> Response:
        """Make a key; `key` in the answer is its secret and cannot be read again."""
        wanted = self.read_input(request, self.Input)
        made = create_api_key(
            actor=self.actor,
            name=wanted["name"],
            scopes=[Permission(scope) for scope in wanted["scopes"]],
            expires_at=wanted.get("expires_at"),
        )
        document = {**KeyOutput(made.key).data, "key": made.secret}
        return Response(document, status=status.HTTP_201_CREATED)


class KeyDetail(OrganisationAPIView):
    """One key."""

    permission = Permission.MANAGE_KEYS

    @extend_schema(operation_id="organisation_keys_revoke", responses={204: None}, tags=["Organisation"])
    def delete(self, request: Request, key_id: str) -> Response:
        """Revoke a key; it stops working within 5 seconds."""
        revoke_api_key(actor=self.actor, key_id=key_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
