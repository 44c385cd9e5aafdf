"""Keeping members out for a while."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.resume_member import resume_member
from organisations.actions.suspend_member import suspend_member
from organisations.api.base import OrganisationAPIView
from organisations.api.members import MemberOutput
from organisations.permissions import Permission


class MemberSuspension(OrganisationAPIView):
    """Suspend a member."""

    permission = Permission.MANAGE_MEMBERS

    @extend_schema(
        operation_id="organisation_members_suspend",
        request=None,
        responses=MemberOutput,
        tags=["Organisation"],
    )
    def post(self, request: Request, membership_id: str) -> Response:
        """Keep a member out: pages, keys and streams end within 5 seconds."""
        return Response(MemberOutput(suspend_member(actor=self.actor, membership_id=membership_id)).data)


class MemberResumption(OrganisationAPIView):
    """Let a suspended member back in."""

    permission = Permission.MANAGE_MEMBERS

    @extend_schema(
        operation_id="organisation_members_resume",
        request=None,
        responses=MemberOutput,
        tags=["Organisation"],
    )
    def post(self, request: Request, membership_id: str) -> Response:
        """End a member's suspension; their keys work again."""
        return Response(MemberOutput(resume_member(actor=self.actor, membership_id=membership_id)).data)
