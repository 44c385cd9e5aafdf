"""Invitations into the caller's organisation."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.invite_member import invite_member
from organisations.actions.withdraw_invitation import withdraw_invitation
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import PersonOutput, role_field
from organisations.permissions import Permission, Role
from organisations.queries import open_invitations


class InvitationOutput(serializers.Serializer[Any]):
    """An invitation that waits for an answer. Its link is in the e-mail only."""

    id = serializers.CharField(source="public_id")
    email = serializers.EmailField()
    role = serializers.CharField(source="role_key")
    state = serializers.SerializerMethodField()
    invited_by = PersonOutput(allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()

    def get_state(self, invitation: Any) -> str:
        """open or expired."""
        return "open" if invitation.is_open else "expired"


class InvitationPage(serializers.Serializer[Any]):
    """One page of invitations."""

    results = InvitationOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class InvitationList(OrganisationAPIView):
    """Open invitations, and new ones."""

    permission = Permission.MANAGE_MEMBERS

    class Input(StrictSerializer):
        email = serializers.EmailField(max_length=254)
        role = role_field(default=Role.MEMBER.value)

    @extend_schema(
        operation_id="organisation_invitations_list",
        parameters=[OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=InvitationPage,
        tags=["Organisation"],
    )
    def get(self, request: Request) -> Response:
        """List invitations that nobody has answered, newest first."""
        rows = open_invitations(self.actor.organisation).select_related("invited_by", "custom_role")
        return self.page_response(request, rows, InvitationOutput)

    @extend_schema(
        operation_id="organisation_invitations_create",
        request=Input,
        responses={201: InvitationOutput},
        tags=["Organisation"],
    )
    def post(self, request: Request) -> Response:
        """Invite somebody by e-mail; the link works for 14 days."""
        wanted = self.read_input(request, self.Input)
        invitation = invite_member(actor=self.actor, email=wanted["email"], role=wanted["role"])
        return Response(InvitationOutput(invitation).data, status=status.HTTP_201_CREATED)


class InvitationDetail(OrganisationAPIView):
    """One invitation."""

    permission = Permission.MANAGE_MEMBERS

    @extend_schema(
        operation_id="organisation_invitations_withdraw", responses={204: None}, tags=["Organisation"]
    )
    def delete(self, request: Request, invitation_id: str) -> Response:
        """Withdraw an invitation, so that its link stops working."""
        withdraw_invitation(actor=self.actor, invitation_id=invitation_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
