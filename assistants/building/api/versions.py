"""Versions over REST."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from assistants.building.actions.publish_version import publish_version
from assistants.building.actions.restore_version import restore_version
from assistants.building.api.releases import MovesInput
from assistants.building.comparison.compare import DRAFT, compare_versions, read_side
from assistants.building.comparison.results import Comparison
from assistants.building.leaving_out import removed_from
from assistants.building.models import Version
from assistants.building.opening import pending_opening
from assistants.building.queries import access_assistant, access_version, versions
from assistants.building.specification import Specification
from kernel.tenancy import tenant_scope
from organisations.api.approvals import WaitingOutput, waiting_response
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Level, Permission


class VersionOutput(serializers.Serializer[Version]):
    id = serializers.CharField(source="public_id")
    number = serializers.IntegerField()
    content_hash = serializers.CharField()
    note = serializers.CharField(help_text="For those who build.")
    changes = serializers.CharField(help_text="What readers of the listing are told about it.")
    author = serializers.CharField(source="author_name")
    documents = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    def get_documents(self, row: Version) -> int:
        """How many documents it knows."""
        return len(row.manifest)


class VersionDetailOutput(VersionOutput):
    specification = serializers.JSONField()
    removed_actions = serializers.SerializerMethodField()

    def get_removed_actions(self, row: Version) -> list[str]:
        """Names of actions that it uses and that were removed since: it runs without them."""
        return list(removed_from(row).values())


class VersionList(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    class Input(MovesInput):
        note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
        changes = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)

    @extend_schema(operation_id="assistants_versions_list", responses=VersionOutput(many=True))
    def get(self, request: Request, assistant_id: str) -> Response:
        """Its versions, the newest first."""
        rows = versions(access_assistant(self.actor, assistant_id, level=Level.VIEW))
        return self.page_response(request, rows, VersionOutput, order=("-number", "-id"))

    @extend_schema(request=Input, responses={201: VersionOutput, 202: WaitingOutput})
    def post(self, request: Request, assistant_id: str) -> Response:
        """Freeze the draft and its knowledge as the next version, which goes live.

        202 where the organisation's policy wants a second person's word first: the version is made and waits.
        """
        values = self.read_input(request, self.Input)
        made = publish_version(actor=self.actor, assistant_id=assistant_id, **values)
        with tenant_scope(self.actor.organisation):
            waiting = pending_opening(self.actor.organisation, assistant_id)
        if waiting and waiting.payload["version"] == made.public_id:
            return waiting_response(self, waiting)
        return Response(VersionOutput(made).data, HTTP_201_CREATED)


class VersionDetail(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(operation_id="assistants_versions_retrieve", responses=VersionDetailOutput)
    def get(self, request: Request, assistant_id: str, number: int) -> Response:
        """One version with its definition."""
        row = access_version(access_assistant(self.actor, assistant_id, level=Level.VIEW), number)
        return Response(VersionDetailOutput(row).data)


class VersionDiff(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(
        operation_id="assistants_versions_diff",
        parameters=[
            OpenApiParameter("from", required=True, description="A version's number, or `draft`."),
            OpenApiParameter("to", description="A version's number, or `draft`, which it is by default."),
        ],
        responses=Comparison,
    )
    def get(self, request: Request, assistant_id: str) -> Response:
        """What differs between two versions, or between a version and the draft."""
        assistant = access_assistant(self.actor, assistant_id, level=Level.VIEW)
        before = read_side(request.query_params.get("from", ""), "from")
        after = read_side(request.query_params.get("to", DRAFT), "to")
        return Response(compare_versions(assistant, before, after).model_dump(mode="json"))


class VersionRestore(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(request=None, responses=Specification)
    def post(self, request: Request, assistant_id: str, number: int) -> Response:
        """Copy a version's definition and sources into the draft."""
        draft = restore_version(actor=self.actor, assistant_id=assistant_id, number=number).draft
        return Response(draft.specification, headers={"ETag": draft.etag})
