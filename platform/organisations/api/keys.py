"""API keys of the caller's organisation."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.create_api_key import NewApiKey, create_api_key
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.actions.rotate_api_key import LONGEST_HOURS, rotate_api_key
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import PersonOutput, ServiceAccountName, scope_field
from organisations.permissions import Permission
from organisations.queries import visible_api_keys


class KeyOutput(serializers.Serializer[Any]):
    """A key, without its secret."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    prefix = serializers.CharField()
    user = PersonOutput(allow_null=True)
    service_account = ServiceAccountName(allow_null=True)
    scopes = serializers.ListField(child=scope_field())
    assistants = serializers.ListField(child=serializers.CharField(), source="allowed_assistants")
    monthly_budget_micro = serializers.IntegerField(allow_null=True)
    successor = serializers.CharField(source="successor.public_id", allow_null=True, default=None)
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
        assistants = serializers.ListField(
            child=serializers.CharField(max_length=48), required=False, max_length=100
        )
        monthly_budget_micro = serializers.IntegerField(required=False, allow_null=True, min_value=1)
        service_account = serializers.CharField(required=False, max_length=48)

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
        """Make a key; `key` in the answer is its secret and cannot be read again.

        `assistants` binds it to some assistants, `monthly_budget_micro` caps what its answers cost a month (micro-units
        of the installation's currency), `service_account` lets it act for one of those.
        """
        wanted = self.read_input(request, self.Input)
        made = create_api_key(
            actor=self.actor,
            name=wanted["name"],
            scopes=[Permission(scope) for scope in wanted["scopes"]],
            expires_at=wanted.get("expires_at"),
            assistants=wanted.get("assistants", ()),
            monthly_budget_micro=wanted.get("monthly_budget_micro"),
            service_account=wanted.get("service_account", ""),
        )
        return _with_secret(made)


class KeyDetail(OrganisationAPIView):
    """One key."""

    permission = Permission.MANAGE_KEYS

    @extend_schema(operation_id="organisation_keys_revoke", responses={204: None}, tags=["Organisation"])
    def delete(self, request: Request, key_id: str) -> Response:
        """Revoke a key; it stops working within 5 seconds."""
        revoke_api_key(actor=self.actor, key_id=key_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class KeyRotation(OrganisationAPIView):
    """A new secret for a key."""

    permission = Permission.MANAGE_KEYS

    class Input(StrictSerializer):
        overlap_hours = serializers.IntegerField(min_value=0, max_value=LONGEST_HOURS)

    @extend_schema(
        operation_id="organisation_keys_rotate",
        request=Input,
        responses={201: NewKeyOutput},
        tags=["Organisation"],
    )
    def post(self, request: Request, key_id: str) -> Response:
        """Make a key with the same rights and another secret; the old secret works until the overlap ends."""
        hours = self.read_input(request, self.Input)["overlap_hours"]
        return _with_secret(rotate_api_key(actor=self.actor, key_id=key_id, overlap_hours=hours))


def _with_secret(made: NewApiKey) -> Response:
    return Response({**KeyOutput(made.key).data, "key": made.secret}, status=status.HTTP_201_CREATED)
