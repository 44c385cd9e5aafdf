"""The roles of the caller's organisation: the table that the server checks, and roles of its own."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.create_custom_role import create_custom_role
from organisations.actions.delete_custom_role import delete_custom_role
from organisations.actions.update_custom_role import update_custom_role
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import scope_field
from organisations.permissions import Permission, Role
from organisations.queries import access_custom_role
from organisations.roles import RoleChoice, role_choices


class RoleOutput(serializers.Serializer[Any]):
    """A role and what it allows."""

    id = serializers.CharField(source="key")
    name = serializers.CharField(source="label")
    description = serializers.SerializerMethodField()
    custom = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField()

    def get_description(self, choice: RoleChoice) -> str:
        """What a role of the organisation's own is for."""
        return choice.custom.description if choice.custom else ""

    def get_custom(self, choice: RoleChoice) -> bool:
        """Whether it is the organisation's own."""
        return choice.custom is not None

    def get_permissions(self, choice: RoleChoice) -> list[str]:
        """Names of what it allows."""
        return sorted(permission.value for permission in choice.permissions)


class RoleList(OrganisationAPIView):
    """All roles, and new ones."""

    permissions = {"GET": Permission.VIEW_ORGANISATION, "POST": Permission.MANAGE_ROLES}

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=60)
        description = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
        permissions = serializers.ListField(child=scope_field(), allow_empty=False)

    @extend_schema(
        operation_id="organisation_roles_list", responses=RoleOutput(many=True), tags=["Organisation"]
    )
    def get(self, request: Request) -> Response:
        """List the built-in roles and the organisation's own; there are at most 56."""
        rows = RoleOutput(role_choices(self.actor.organisation), many=True).data
        return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(
        operation_id="organisation_roles_create",
        request=Input,
        responses={201: RoleOutput},
        tags=["Organisation"],
    )
    def post(self, request: Request) -> Response:
        """Make a role out of permissions that the caller has."""
        role = create_custom_role(actor=self.actor, **_typed(self.read_input(request, self.Input)))
        return Response(RoleOutput(_choice(role)).data, status=status.HTTP_201_CREATED)


class RoleDetail(OrganisationAPIView):
    """One of the organisation's own roles."""

    permissions = {
        "GET": Permission.VIEW_ORGANISATION,
        "PATCH": Permission.MANAGE_ROLES,
        "DELETE": Permission.MANAGE_ROLES,
    }

    class Input(StrictSerializer):
        name = serializers.CharField(max_length=60, required=False)
        description = serializers.CharField(max_length=300, required=False, allow_blank=True)
        permissions = serializers.ListField(child=scope_field(), allow_empty=False, required=False)

    @extend_schema(operation_id="organisation_roles_retrieve", responses=RoleOutput, tags=["Organisation"])
    def get(self, request: Request, role_id: str) -> Response:
        """One role."""
        return Response(RoleOutput(_choice(access_custom_role(self.actor.organisation, role_id))).data)

    @extend_schema(
        operation_id="organisation_roles_update", request=Input, responses=RoleOutput, tags=["Organisation"]
    )
    def patch(self, request: Request, role_id: str) -> Response:
        """Change it for everybody who has it."""
        wanted = _typed(self.read_input(request, self.Input))
        return Response(
            RoleOutput(_choice(update_custom_role(actor=self.actor, role_id=role_id, **wanted))).data
        )

    @extend_schema(operation_id="organisation_roles_delete", responses={204: None}, tags=["Organisation"])
    def delete(self, request: Request, role_id: str) -> Response:
        """Delete a role that nobody has."""
        delete_custom_role(actor=self.actor, role_id=role_id)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _choice(role: Any) -> RoleChoice:
    return RoleChoice(Role.MEMBER, role)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    if "permissions" in values:
        values["permissions"] = [Permission(name) for name in values["permissions"]]
    return values
