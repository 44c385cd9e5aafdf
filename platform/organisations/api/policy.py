"""The organisation's policy over REST, guarded by entity tags."""

import re
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actions.set_policy import patch_policy, set_policy
from organisations.api.base import OrganisationAPIView
from organisations.models import Policy
from organisations.permissions import Permission
from organisations.policy import PolicyDocument, policy_row
from organisations.policy_preview import preview_policy

IF_MATCH = OpenApiParameter(
    "If-Match", location=OpenApiParameter.HEADER, description="The ETag that was read; 412 where it is stale."
)


class ImpactOutput(serializers.Serializer[Any]):
    """What a section of a new policy would break."""

    section = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment] # a field, not the base class's own
    sentences = serializers.ListField(child=serializers.CharField())


class PreviewOutput(serializers.Serializer[Any]):
    """What a new policy would break; nothing where the list is empty."""

    impacts = ImpactOutput(many=True)


class PolicyDetail(OrganisationAPIView):
    """What the organisation allows, as one document."""

    permission = Permission.MANAGE_POLICY

    @extend_schema(
        operation_id="organisation_policy_retrieve", responses=PolicyDocument, tags=["Organisation"]
    )
    def get(self, request: Request) -> Response:
        """The whole policy; its revision is the `ETag`."""
        return _answer(policy_row(self.actor.organisation))

    @extend_schema(
        operation_id="organisation_policy_replace",
        request=PolicyDocument,
        parameters=[IF_MATCH],
        responses=PolicyDocument,
        tags=["Organisation"],
    )
    def put(self, request: Request) -> Response:
        """Write the whole policy; fields that are left out take their defaults."""
        revision = _revision(request)
        return _answer(set_policy(actor=self.actor, document=request.data, revision=revision))

    @extend_schema(
        operation_id="organisation_policy_update",
        request=OpenApiTypes.OBJECT,
        parameters=[IF_MATCH],
        responses=PolicyDocument,
        tags=["Organisation"],
    )
    def patch(self, request: Request) -> Response:
        """Merge a patch: objects are merged, lists and values replaced, null takes a field back to its default."""
        revision = _revision(request)
        return _answer(patch_policy(actor=self.actor, patch=request.data, revision=revision))


class PolicyPreview(OrganisationAPIView):
    """Looking before leaping."""

    permission = Permission.MANAGE_POLICY

    @extend_schema(
        operation_id="organisation_policy_preview",
        request=PolicyDocument,
        responses=PreviewOutput,
        tags=["Organisation"],
    )
    def post(self, request: Request) -> Response:
        """What would break were the sent document the policy; nothing is saved."""
        with tenant_scope(self.actor.organisation):
            impacts = preview_policy(actor=self.actor, document=request.data)
        return Response(PreviewOutput({"impacts": impacts}).data)


def _answer(row: Policy | None) -> Response:
    policy = PolicyDocument.model_validate(row.document if row else {})
    return Response(policy.document(), headers={"ETag": f'"{row.revision if row else 0}"'})


def _revision(request: Request) -> int | None:
    header = request.headers.get("If-Match", "*").strip()
    if header == "*":
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"', header)
    if found is None:
        message = _("Send the ETag that came with the policy, quotes included.")
        raise InvalidInput.on("If-Match", "invalid_etag", message)
    return int(found[1])
