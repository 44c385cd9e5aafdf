"""Groups of the caller's organisation."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.tenancy import tenant_scope
from organisations.actions.add_to_group import add_to_group
from organisations.actions.create_group import create_group
from organisations.actions.delete_group import delete_group
from organisations.actions.remove_from_group import remove_from_group
from organisations.actions.update_group import update_group
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.members import MemberOutput, MemberPage
from organisations.permissions import Permission
from organisations.queries import access_group, group_members, groups

PAGED = [OpenApiParameter("search", str), OpenApiParameter("cursor", str), OpenApiParameter("limit", int)]
READS = Permission.VIEW_ORGANISATION
WRITES = Permission.MANAGE_MEMBERS


class GroupOutput(serializers.Serializer[Any]):
    """A group."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    description = serializers.CharField()
    members = serializers.IntegerField(source="size")
    created_at = serializers.DateTimeField()


class GroupPage(serializers.Serializer[Any]):
    """One page of groups."""

    results = GroupOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class _GroupView(OrganisationAPIView):
    def answer(self, group_id: str, *, status: int = 200) -> Response:
        """A group as it is now."""
        with tenant_scope(self.actor.organisation):
            access_group(self.actor.organisation, group_id)
            row = groups(self.actor.organisation).get(public_id=group_id)
            return Response(GroupOutput(row).data, status=status)


class GroupList(_GroupView):
    """Groups, and new ones."""

    permissions = {"GET": READS, "POST": WRITES}

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80)
        description = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)

    @extend_schema(
        operation_id="organisation_groups_list", parameters=PAGED, responses=GroupPage, tags=["Organisation"]
    )
    def get(self, request: Request) -> Response:
        """List groups, newest first; `search` looks into their names."""
        rows = groups(self.actor.organisation, request.query_params.get("search", ""))
        return self.page_response(request, rows, GroupOutput)

    @extend_schema(
        operation_id="organisation_groups_create",
        request=Input,
        responses={201: GroupOutput},
        tags=["Organisation"],
    )
    def post(self, request: Request) -> Response:
        """Make an empty group."""
        group = create_group(actor=self.actor, **self.read_input(request, self.Input))
        return self.answer(group.public_id, status=status.HTTP_201_CREATED)


class GroupDetail(_GroupView):
    """One group."""

    permissions = {"GET": READS, "PATCH": WRITES, "DELETE": WRITES}

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=80, required=False)
        description = serializers.CharField(max_length=300, required=False, allow_blank=True)

    @extend_schema(operation_id="organisation_groups_retrieve", responses=GroupOutput, tags=["Organisation"])
    def get(self, request: Request, group_id: str) -> Response:
        """One group."""
        return self.answer(group_id)

    @extend_schema(
        operation_id="organisation_groups_update", request=Input, responses=GroupOutput, tags=["Organisation"]
    )
    def patch(self, request: Request, group_id: str) -> Response:
        """Rename or describe it."""
        update_group(actor=self.actor, group_id=group_id, **self.read_input(request, self.Input))
        return self.answer(group_id)

    @extend_schema(operation_id="organisation_groups_delete", responses={204: None}, tags=["Organisation"])
    def delete(self, request: Request, group_id: str) -> Response:
        """Delete it with what it was given; its members stay."""
        delete_group(actor=self.actor, group_id=group_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


class GroupMemberList(_GroupView):
    """Who is in a group."""

    permissions = {"GET": READS, "POST": WRITES}

    class Input(StrictSerializer):
        members = serializers.ListField(
            child=serializers.CharField(max_length=48), allow_empty=False, max_length=500
        )

    @extend_schema(
        operation_id="organisation_group_members_list",
        parameters=PAGED,
        responses=MemberPage,
        tags=["Organisation"],
    )
    def get(self, request: Request, group_id: str) -> Response:
        """List its members."""
        group = access_group(self.actor.organisation, group_id)
        rows = group_members(group, request.query_params.get("search", ""))
        return self.page_response(request, rows, MemberOutput)

    @extend_schema(
        operation_id="organisation_group_members_add",
        request=Input,
        responses=GroupOutput,
        tags=["Organisation"],
    )
    def post(self, request: Request, group_id: str) -> Response:
        """Add members by their ids; those in it already stay."""
        wanted = self.read_input(request, self.Input)["members"]
        add_to_group(actor=self.actor, group_id=group_id, membership_ids=wanted)
        return self.answer(group_id)


class GroupMemberDetail(OrganisationAPIView):
    """One place in a group."""

    permission = WRITES

    @extend_schema(
        operation_id="organisation_group_members_remove", responses={204: None}, tags=["Organisation"]
    )
    def delete(self, request: Request, group_id: str, membership_id: str) -> Response:
        """Take a member out of it."""
        remove_from_group(actor=self.actor, group_id=group_id, membership_id=membership_id)
        return Response(status=status.HTTP_204_NO_CONTENT)
