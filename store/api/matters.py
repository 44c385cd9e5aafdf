"""What creators and users bring before moderators."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.actions.appeal_decision import appeal_decision
from store.actions.report_listing import report_listing
from store.moderation.checklist import checklist_of
from store.moderation.reasons import REPORT_CHOICES
from store.queries import access_listing


class ReportInput(StrictSerializer):
    """What is wrong, by code, and in words."""

    reason = serializers.ChoiceField(choices=REPORT_CHOICES)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ReportOutput(serializers.Serializer[Any]):
    """A report as its writer sees it."""

    id = serializers.CharField(source="public_id")
    reason = serializers.CharField()
    text = serializers.CharField()
    created_at = serializers.DateTimeField()


class AppealInput(StrictSerializer):
    """Why the decision was wrong."""

    text = serializers.CharField(max_length=4000)


class AppealOutput(serializers.Serializer[Any]):
    """An appeal as its creator sees it."""

    id = serializers.CharField(source="public_id")
    state = serializers.CharField()
    due_at = serializers.DateTimeField()


class ChecklistItemOutput(serializers.Serializer[Any]):
    """One line of the checklist."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["ok", "look", "stop", "wait"])
    sentences = serializers.ListField(child=serializers.CharField())
    advice = serializers.CharField()


class ChecklistOutput(serializers.Serializer[Any]):
    """What stands before a listing is sent in."""

    ready = serializers.BooleanField()
    review = serializers.CharField()
    items = ChecklistItemOutput(many=True)


class ListingReport(OrganisationAPIView):
    permission = Permission.USE_ASSISTANTS

    @extend_schema(request=ReportInput, responses={201: ReportOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Report a listing; its creator never learns who did. Again changes what you said."""
        values = self.read_input(request, ReportInput)
        return Response(ReportOutput(report_listing(actor=self.actor, slug=slug, **values)).data, status=201)


class ListingAppeal(OrganisationAPIView):
    permission = Permission.PUBLISH_ASSISTANTS

    @extend_schema(request=AppealInput, responses={201: AppealOutput})
    def post(self, request: Request, listing_id: str) -> Response:
        """Appeal the decision that holds against a listing; once for each."""
        values = self.read_input(request, AppealInput)
        case = appeal_decision(actor=self.actor, listing_id=listing_id, text=values["text"])
        return Response(AppealOutput(case).data, status=201)


class ListingChecklist(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(responses=ChecklistOutput)
    def get(self, request: Request, listing_id: str) -> Response:
        """What is looked at before it is sent in, and what to do about each."""
        return Response(
            ChecklistOutput(checklist_of(self.actor, access_listing(self.actor, listing_id))).data
        )
