"""What a person has pinned."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.actions.install_listing import install_listing
from store.actions.uninstall_listing import uninstall_listing
from store.queries import installs


class InstallOutput(serializers.Serializer[Any]):
    """A pin."""

    id = serializers.CharField(source="public_id")
    listing = serializers.CharField(source="listing_id")
    slug = serializers.CharField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class InstallInput(StrictSerializer):
    """A listing's id or slug."""

    listing = serializers.CharField(max_length=80)


class InstallList(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(responses=InstallOutput(many=True))
    def get(self, request: Request) -> Response:
        """Your pins, newest first."""
        return self.page_response(request, installs(self.actor), InstallOutput)

    @extend_schema(request=InstallInput, responses={201: InstallOutput})
    def post(self, request: Request) -> Response:
        """Pin a listing; again is no error."""
        wanted = self.read_input(request, InstallInput)
        return Response(
            InstallOutput(install_listing(actor=self.actor, reference=wanted["listing"])).data, status=201
        )

    @extend_schema(request=InstallInput, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take a pin off, named by `{listing}` in the body."""
        wanted = self.read_input(request, InstallInput)
        uninstall_listing(actor=self.actor, reference=wanted["listing"])
        return Response(status=204)


class InstallDetail(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(responses={204: None})
    def delete(self, request: Request, reference: str) -> Response:
        """Take a pin off, named by its id, or the listing's id or slug."""
        uninstall_listing(actor=self.actor, reference=reference)
        return Response(status=204)
