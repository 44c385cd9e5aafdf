"""The log of who did what in the caller's organisation."""

from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.actions.export_audit_log import export_audit_log
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.audit_export import CONTENT_TYPES
from organisations.audit_log import AuditFilter, access_entry, find_entries
from organisations.downloads import download
from organisations.models import AuditEntry
from organisations.permissions import Permission

FILTERS = [
    OpenApiParameter("action", str, description="Exactly this action, for example `member.role_changed`."),
    OpenApiParameter("person", str, description="The address of who acted."),
    OpenApiParameter("target", str, description="The id of what it happened to."),
    OpenApiParameter(
        "search", str, description="Words, or beginnings of words, that an entry holds, all of them."
    ),
    OpenApiParameter("from", str, description="From this day or moment on."),
    OpenApiParameter("to", str, description="Up to the end of this day, or before this moment."),
]


class ActorOutput(serializers.Serializer[Any]):
    """Who acted. `staff` is the member of the platform's staff who acted as that person."""

    id = serializers.CharField(source="actor_user.public_id", default=None, allow_null=True)
    label = serializers.CharField(source="actor_label")  # type: ignore[assignment] # a field's own name
    by_key = serializers.BooleanField(source="api_key")
    staff = serializers.CharField(source="staff_label")


class TargetOutput(serializers.Serializer[Any]):
    """What it happened to, as it was called then."""

    type = serializers.CharField(source="target_type")
    id = serializers.CharField(source="target_id")
    label = serializers.CharField(source="target_label")  # type: ignore[assignment]


class SealOutput(serializers.Serializer[Any]):
    """An entry's link in the chain."""

    number = serializers.IntegerField(source="seal_number")
    chain_hash = serializers.CharField(source="seal_hash")


class AuditEntryOutput(serializers.Serializer[Any]):
    """One line of the log. `before` and `after` hold the fields that changed, where they are kept."""

    id = serializers.CharField(source="public_id")
    created_at = serializers.DateTimeField()
    actor = ActorOutput(source="*")
    action = serializers.CharField()
    target = TargetOutput(source="*")
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    detail = serializers.JSONField()
    ip = serializers.CharField(allow_null=True)
    request_id = serializers.CharField()
    seal = serializers.SerializerMethodField()

    @extend_schema_field(SealOutput(allow_null=True))
    def get_seal(self, entry: AuditEntry) -> dict[str, Any] | None:
        """The link, once there is one: seconds after the entry."""
        return SealOutput(entry).data if getattr(entry, "seal_number", None) else None


class AuditPage(serializers.Serializer[Any]):
    """One page of the log."""

    results = AuditEntryOutput(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class AuditList(OrganisationAPIView):
    """The audit log."""

    permission = Permission.VIEW_AUDIT

    @extend_schema(
        operation_id="organisation_audit_list",
        parameters=[*FILTERS, OpenApiParameter("cursor", str), OpenApiParameter("limit", int)],
        responses=AuditPage,
        tags=["Organisation"],
    )
    def get(self, request: Request) -> Response:
        """List what happened, newest first, as far as it fits the filters."""
        rows = find_entries(self.actor.organisation, AuditFilter.read(request.query_params))
        return self.page_response(request, rows, AuditEntryOutput)


class AuditDetail(OrganisationAPIView):
    """One line of the audit log."""

    permission = Permission.VIEW_AUDIT

    @extend_schema(
        operation_id="organisation_audit_retrieve", responses=AuditEntryOutput, tags=["Organisation"]
    )
    def get(self, request: Request, entry_id: str) -> Response:
        """Show one line."""
        return Response(AuditEntryOutput(access_entry(self.actor.organisation, entry_id)).data)


class AuditExport(OrganisationAPIView):
    """The audit log as a file."""

    permission = Permission.VIEW_AUDIT

    class Input(StrictSerializer):
        format = serializers.ChoiceField(choices=sorted(CONTENT_TYPES))
        action = serializers.CharField(required=False, allow_blank=True, max_length=80)
        person = serializers.CharField(required=False, allow_blank=True, max_length=160)
        target = serializers.CharField(required=False, allow_blank=True, max_length=60)
        search = serializers.CharField(required=False, allow_blank=True, max_length=200)

        def get_fields(self) -> dict[str, Any]:
            """`from` is a word of Python's, so that it can be no attribute."""
            moments = {
                name: serializers.CharField(required=False, allow_blank=True) for name in ("from", "to")
            }
            return {**super().get_fields(), **moments}

    @extend_schema(
        operation_id="organisation_audit_export",
        request=Input,
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, "application/jsonl"): OpenApiTypes.BINARY,
        },
        tags=["Organisation"],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Send what fits the filters as CSV or JSON Lines, newest first; the log keeps that it was taken out."""
        asked = self.read_input(request, self.Input)
        chunks = export_audit_log(
            actor=self.actor, wanted=AuditFilter.read(asked), file_format=asked["format"]
        )
        name = f"audit-{self.actor.organisation.slug}-{timezone.now():%Y-%m-%d}.{asked['format']}"
        content_type = CONTENT_TYPES[asked["format"]]
        return download(request._request, chunks, name=name, content_type=content_type)
