"""Machines that act by themselves."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.create_service_account import create_service_account
from organisations.actions.disable_service_account import disable_service_account
from organisations.actions.update_service_account import update_service_account
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import scope_field
from organisations.permissions import Permission
from organisations.queries import access_service_account, service_accounts


class ServiceAccountOutput(serializers.Serializer[Any]):
    """A service account."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    permissions = serializers.ListField(child=scope_field())
    created_at = serializers.DateTimeField()
    disabled_at = serializers.DateTimeField(allow_null=True)


class ServiceAccountPage(serializers.Serializer[Any]):
    """One page of service accounts."""

    results = ServiceAccountOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class ServiceAccountList(OrganisationAPIView):
    """The organisation's service accounts."""

    permission = Permission.MANAGE_SERVICE_ACCOUNTS

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80)
        permissions = serializers.ListField(child=scope_field(), allow_empty=False)

    @extend_schema(
        operation_id="service_accounts_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=ServiceAccountPage,
        tags=["Organisation"],
    )
    def get(self, request: Request) -> Response:
        """List service accounts, newest first, disabled ones included."""
        return self.page_response(request, service_accounts(self.actor.organisation), ServiceAccountOutput)

    @extend_schema(
        operation_id="service_accounts_create",
        request=Input,
        responses={201: ServiceAccountOutput},
        tags=["Organisation"],
    )
    def post(self, request: Request) -> Response:
        """Make a service account that may do some of what the caller may; keys are made with `/organisation/keys`."""
        wanted = self.read_input(request, self.Input)
        account = create_service_account(
            actor=self.actor, name=wanted["name"], permissions=map(Permission, wanted["permissions"])
        )
        return Response(ServiceAccountOutput(account).data, status=status.HTTP_201_CREATED)


class ServiceAccountDetail(OrganisationAPIView):
    """One service account."""

    permission = Permission.MANAGE_SERVICE_ACCOUNTS

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80, required=False)
        permissions = serializers.ListField(child=scope_field(), allow_empty=False, required=False)

    @extend_schema(
        operation_id="service_accounts_retrieve", responses=ServiceAccountOutput, tags=["Organisation"]
    )
    def get(self, request: Request, account_id: str) -> Response:
        """Show a service account."""
        return Response(
            ServiceAccountOutput(access_service_account(self.actor.organisation, account_id)).data
        )

    @extend_schema(
        operation_id="service_accounts_update",
        request=Input,
        responses=ServiceAccountOutput,
        tags=["Organisation"],
    )
    def patch(self, request: Request, account_id: str) -> Response:
        """Change its name or what it may do; its keys follow within 5 seconds."""
        wanted = self.read_input(request, self.Input)
        chosen = [Permission(name) for name in wanted["permissions"]] if "permissions" in wanted else None
        account = update_service_account(
            actor=self.actor, account_id=account_id, name=wanted.get("name"), permissions=chosen
        )
        return Response(ServiceAccountOutput(account).data)

    @extend_schema(operation_id="service_accounts_disable", responses={204: None}, tags=["Organisation"])
    def delete(self, request: Request, account_id: str) -> Response:
        """Disable it for good; its keys stop working within 5 seconds."""
        disable_service_account(actor=self.actor, account_id=account_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
