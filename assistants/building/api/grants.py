"""Who was given what on assistants."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from assistants.building.actions.duplicate_assistant import duplicate_assistant
from assistants.building.actions.share_assistant import share_assistant
from assistants.building.actions.transfer_assistant import transfer_assistant
from assistants.building.actions.unshare_assistant import unshare_assistant
from assistants.building.api.assistants import AssistantOutput, assistant_document
from assistants.building.queries import RESOURCE, assistants
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.grants import access_grant, grants_of
from organisations.models import Grant
from organisations.permissions import Level, Permission


class GrantOutput(serializers.Serializer[Grant]):
    """A person's or a group's level on an assistant."""

    id = serializers.CharField(source="public_id")
    assistant = serializers.CharField(source="resource_id")
    holder = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    level = serializers.ChoiceField(choices=[level.value for level in Level])
    created_at = serializers.DateTimeField()

    def get_holder(self, grant: Grant) -> str:
        """`mem_…` of a person or `grp_…` of a group."""
        holder = grant.membership or grant.group
        return holder.public_id if holder else ""

    def get_name(self, grant: Grant) -> str:
        """How the person or group is called."""
        return grant.membership.user.display_name if grant.membership else str(grant.group)


class GrantPage(serializers.Serializer[Any]):
    """One page of grants."""

    results = GrantOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class GrantList(OrganisationAPIView):
    """Grants on the assistants that the caller owns, and new ones."""

    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        assistant = serializers.CharField(max_length=48)
        holder = serializers.CharField(max_length=48, help_text="`mem_…` of a person or `grp_…` of a group.")
        level = serializers.ChoiceField(choices=[level.value for level in Level])

    @extend_schema(
        operation_id="organisation_grants_list",
        parameters=[
            OpenApiParameter("assistant", str),
            OpenApiParameter("holder", str),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=GrantPage,
        tags=["Organisation"],
    )
    def get(self, request: Request) -> Response:
        """List grants, newest first, of one assistant or one holder where named."""
        owned = assistants(self.actor, level=Level.OWN).order_by().values("public_id")
        rows = grants_of(self.actor.organisation).filter(resource_type=RESOURCE, resource_id__in=owned)
        if assistant := request.query_params.get("assistant"):
            rows = rows.filter(resource_id=assistant.replace("\x00", ""))
        if holder := request.query_params.get("holder", "").replace("\x00", ""):
            kind = "group" if holder.startswith("grp_") else "membership"
            rows = rows.filter(**{f"{kind}__public_id": holder})
        return self.page_response(request, rows, GrantOutput)

    @extend_schema(
        operation_id="organisation_grants_create",
        request=Input,
        responses={201: GrantOutput},
        tags=["Organisation"],
    )
    def post(self, request: Request) -> Response:
        """Give a person or a group a level, instead of the one that they have."""
        wanted = self.read_input(request, self.Input)
        grant = share_assistant(
            actor=self.actor,
            assistant_id=wanted["assistant"],
            holder_id=wanted["holder"],
            level=Level(wanted["level"]),
        )
        with tenant_scope(self.actor.organisation):
            fresh = access_grant(self.actor.organisation, grant.public_id)
            return Response(GrantOutput(fresh).data, status=status.HTTP_201_CREATED)


class GrantDetail(OrganisationAPIView):
    """One grant."""

    permission = Permission.USE_ASSISTANTS

    @extend_schema(operation_id="organisation_grants_delete", responses={204: None}, tags=["Organisation"])
    def delete(self, request: Request, grant_id: str) -> Response:
        """Take it back, or give up one's own."""
        unshare_assistant(actor=self.actor, grant_id=grant_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class AssistantDuplicate(OrganisationAPIView):
    """Making a second one."""

    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(operation_id="assistants_duplicate", request=None, responses={201: AssistantOutput})
    def post(self, request: Request, assistant_id: str) -> Response:
        """Copy the draft and the sources into an assistant of one's own."""
        copy = duplicate_assistant(actor=self.actor, assistant_id=assistant_id)
        with tenant_scope(self.actor.organisation):
            return Response(assistant_document(self.actor, copy.public_id), status=status.HTTP_201_CREATED)


class AssistantTransfer(OrganisationAPIView):
    """Handing an assistant over."""

    permission = Permission.BUILD_ASSISTANTS

    class Input(StrictSerializer):
        holder = serializers.CharField(max_length=48, help_text="`mem_…` of a person or `grp_…` of a group.")

    @extend_schema(operation_id="assistants_transfer", request=Input, responses=AssistantOutput)
    def post(self, request: Request, assistant_id: str) -> Response:
        """Make a person or a group the owner; former owners may still change it."""
        holder = self.read_input(request, self.Input)["holder"]
        transfer_assistant(actor=self.actor, assistant_id=assistant_id, holder_id=holder)
        with tenant_scope(self.actor.organisation):
            return Response(assistant_document(self.actor, assistant_id))
