"""What waits for a second person's word, over REST."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.actions.decide_approval import decide_approval
from organisations.actions.withdraw_approval import withdraw_approval
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.api.shapes import PersonOutput
from organisations.approvals import access_approval, approvals, kind_of
from organisations.models import Approval
from organisations.permissions import Permission


class ApprovalOutput(serializers.Serializer[Approval]):
    """A request, and what became of it."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    subject_type = serializers.CharField()
    subject = serializers.CharField(source="subject_id")
    label = serializers.CharField(source="subject_label")  # type: ignore[assignment] # as above
    state = serializers.CharField()
    reason = serializers.CharField()
    requested_by = PersonOutput(allow_null=True)
    decided_by = PersonOutput(allow_null=True)
    decision_reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)


class ApprovalFact(serializers.Serializer[Any]):
    """One thing that approving would bring."""

    label = serializers.CharField()  # type: ignore[assignment] # a field, not the base class's own
    text = serializers.CharField()


class ApprovalDetailOutput(ApprovalOutput):
    """The same with what approving would bring."""

    facts = serializers.SerializerMethodField()

    @extend_schema(responses=ApprovalFact(many=True))
    def get_facts(self, row: Approval) -> list[dict[str, str]]:
        """What changes, in words."""
        kind = kind_of(row)
        return [{"label": str(label), "text": str(text)} for label, text in (kind.facts(row) if kind else ())]


class ApprovalList(OrganisationAPIView):
    """Requests of the organisation: all of them for who decides, else the caller's own."""

    permission = Permission.VIEW_ORGANISATION

    @extend_schema(
        operation_id="organisation_approvals_list",
        parameters=[
            OpenApiParameter("state", str, enum=Approval.State.values),
            OpenApiParameter("cursor", str),
            OpenApiParameter("limit", int),
        ],
        responses=ApprovalOutput(many=True),
        tags=["Organisation"],
    )
    def get(self, request: Request) -> Response:
        """List requests, newest first."""
        state = request.query_params.get("state", "")
        if state and state not in Approval.State.values:
            message = _("Choose one of: pending, approved, rejected, withdrawn, expired.")
            raise InvalidInput.on("state", "not_a_choice", message)
        return self.page_response(request, approvals(self.actor, state=state), ApprovalOutput)


class ApprovalDetail(OrganisationAPIView):
    """One request."""

    permission = Permission.VIEW_ORGANISATION

    @extend_schema(
        operation_id="organisation_approvals_retrieve", responses=ApprovalDetailOutput, tags=["Organisation"]
    )
    def get(self, request: Request, approval_id: str) -> Response:
        """One request, and what approving it would bring."""
        return Response(ApprovalDetailOutput(access_approval(self.actor, approval_id)).data)


class ApprovalDecision(OrganisationAPIView):
    """Deciding a request."""

    permission = Permission.DECIDE_APPROVALS

    class Input(StrictSerializer):
        decision = serializers.ChoiceField(choices=["approve", "reject"])
        reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)

    @extend_schema(
        operation_id="organisation_approvals_decide",
        request=Input,
        responses=ApprovalOutput,
        tags=["Organisation"],
    )
    def post(self, request: Request, approval_id: str) -> Response:
        """Approve, which does at once what was asked for, or reject with a reason."""
        given = self.read_input(request, self.Input)
        decided = decide_approval(
            actor=self.actor,
            approval_id=approval_id,
            approve=given["decision"] == "approve",
            reason=given["reason"],
        )
        return Response(ApprovalOutput(decided).data)


class ApprovalWithdrawal(OrganisationAPIView):
    """Taking a request back."""

    permission = Permission.VIEW_ORGANISATION

    @extend_schema(
        operation_id="organisation_approvals_withdraw",
        request=None,
        responses=ApprovalOutput,
        tags=["Organisation"],
    )
    def post(self, request: Request, approval_id: str) -> Response:
        """Withdraw a request that nobody has decided yet."""
        withdrawn = withdraw_approval(actor=self.actor, approval_id=approval_id)
        return Response(ApprovalOutput(withdrawn).data)


class WaitingOutput(serializers.Serializer[Any]):
    """What was asked for waits for somebody else's word."""

    approval = ApprovalOutput()


def waiting_response(view: OrganisationAPIView, approval: Approval) -> Response:
    """202: what was asked for waits; the body holds the request."""
    with tenant_scope(view.actor.organisation):
        return Response(WaitingOutput({"approval": approval}).data, status=202)
