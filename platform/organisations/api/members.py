"""Who belongs to the caller's organisation."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.change_member_role import change_member_role
from organisations.actions.remove_member import remove_member
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import PersonOutput, role_field
from organisations.permissions import Permission
from organisations.queries import search_members


class MemberOutput(serializers.Serializer[Any]):
    """A person's place in the organisation."""

    id = serializers.CharField(source="public_id")
    user = PersonOutput()
    role = role_field(source="role_key")
    suspended_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class MemberPage(serializers.Serializer[Any]):
    """One page of members."""

    results = MemberOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class MemberList(OrganisationAPIView):
    """The organisation's members."""

    permission = Permission.VIEW_ORGANISATION

    @extend_schema(
        operation_id="organisation_members_list",
        parameters=[
            OpenApiParameter("search", str),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=MemberPage,
        tags=["Organisation"],
    )
    def get(self, request: Request) -> Response:
        """List members, newest first; `search` looks into names and addresses."""
        rows = search_members(self.actor.organisation, request.query_params.get("search", ""))
        return self.page_response(request, rows, MemberOutput)


class MemberDetail(OrganisationAPIView):
    """One member."""

    permission = Permission.MANAGE_MEMBERS

    class Input(StrictSerializer):
        role = role_field()

    @extend_schema(
        operation_id="organisation_members_update",
        request=Input,
        responses=MemberOutput,
        tags=["Organisation"],
    )
    def patch(self, request: Request, membership_id: str) -> Response:
        """Give a member another role."""
        role = self.read_input(request, self.Input)["role"]
        membership = change_member_role(actor=self.actor, membership_id=membership_id, role=role)
        return Response(MemberOutput(membership).data)

    @extend_schema(operation_id="organisation_members_remove", responses={204: None}, tags=["Organisation"])
    def delete(self, request: Request, membership_id: str) -> Response:
        """Remove a member; their keys of this organisation are revoked."""
        remove_member(actor=self.actor, membership_id=membership_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
