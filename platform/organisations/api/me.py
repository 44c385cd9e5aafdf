"""Who is asking."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import email_is_verified
from kernel.errors import NotAuthenticated
from organisations.api.base import OrganisationAPIView
from organisations.api.shapes import OrganisationOutput, PersonOutput, role_field, scope_field


class Me(OrganisationAPIView):
    """The person and organisation behind a key or session."""

    class Output(serializers.Serializer[Any]):
        user = PersonOutput()
        email_verified = serializers.BooleanField()
        organisation = OrganisationOutput()
        role = role_field()
        scopes = serializers.ListField(child=scope_field())

    @extend_schema(operation_id="me_retrieve", responses=Output, tags=["Organisation"])
    def get(self, request: Request) -> Response:
        """Say who the caller is, in which organisation, and what they may do."""
        actor = self.actor
        if actor.user is None:
            raise NotAuthenticated
        document = {
            "user": actor.user,
            "email_verified": email_is_verified(actor.user),
            "organisation": actor.organisation,
            "role": actor.role,
            "scopes": sorted(actor.permissions),
        }
        return Response(self.Output(document).data)
