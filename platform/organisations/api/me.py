"""Who is asking."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.queries import email_is_verified
from kernel.errors import NotAuthenticated
from organisations.actors import Actor
from organisations.api.base import OrganisationAPIView
from organisations.api.shapes import (
    OrganisationOutput,
    PersonOutput,
    ServiceAccountName,
    role_field,
    scope_field,
)
from organisations.models import ServiceAccount
from organisations.queries import service_accounts


class Me(OrganisationAPIView):
    """The person and organisation behind a key or session."""

    class Output(serializers.Serializer[Any]):
        user = PersonOutput(allow_null=True)
        service_account = ServiceAccountName(allow_null=True)
        email_verified = serializers.BooleanField()
        organisation = OrganisationOutput()
        role = role_field(allow_null=True)
        scopes = serializers.ListField(child=scope_field())

    @extend_schema(operation_id="me_retrieve", responses=Output, tags=["Organisation"])
    def get(self, request: Request) -> Response:
        """Say who the caller is, in which organisation, and what they may do."""
        actor = self.actor
        if actor.is_anonymous:
            raise NotAuthenticated
        document = {
            "user": actor.user,
            "email_verified": actor.user is not None and email_is_verified(actor.user),
            "service_account": _machine(actor),
            "organisation": actor.organisation,
            "role": actor.role,
            "scopes": sorted(actor.permissions),
        }
        return Response(self.Output(document).data)


def _machine(actor: Actor) -> ServiceAccount | None:
    if actor.service_account_id is None:
        return None
    return service_accounts(actor.organisation).get(pk=actor.service_account_id)
