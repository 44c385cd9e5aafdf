"""The caller's organisation."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.rename_organisation import rename_organisation
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import OrganisationOutput
from organisations.permissions import Permission


class OrganisationDetail(OrganisationAPIView):
    """Look at the organisation of the key or session, or change it."""

    permissions = {"GET": Permission.VIEW_ORGANISATION, "PATCH": Permission.MANAGE_ORGANISATION}

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=120, required=False)

    @extend_schema(operation_id="organisation_retrieve", responses=OrganisationOutput, tags=["Organisation"])
    def get(self, request: Request) -> Response:
        """The organisation that the caller acts in."""
        return Response(OrganisationOutput(self.actor.organisation).data)

    @extend_schema(
        operation_id="organisation_update", request=Input, responses=OrganisationOutput, tags=["Organisation"]
    )
    def patch(self, request: Request) -> Response:
        """Change the organisation's name."""
        changes: dict[str, Any] = self.read_input(request, self.Input)
        if "name" not in changes:
            return Response(OrganisationOutput(self.actor.organisation).data)
        organisation = rename_organisation(actor=self.actor, name=changes["name"])
        return Response(OrganisationOutput(organisation).data)
