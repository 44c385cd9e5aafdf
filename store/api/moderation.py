"""The moderators' queue for machines; open to the platform's staff, with a session or with a key of theirs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.staff import Staff
from kernel.tenancy import across_organisations
from organisations.api.base import OrganisationAPIView, StrictSerializer, limit_of
from store.actions.decide_case import decide_case
from store.actions.suspend_listing import begin_case
from store.models import Case, Decision
from store.moderation.outcomes import Verdict
from store.moderation.people import moderator_of
from store.moderation.queue import access_case, case_file, cases, filtered, queue_page
from store.moderation.reasons import REASONS


class ModeratorView(OrganisationAPIView):
    """A view for moderators; to everybody else it is not there."""

    staff: Staff

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Settle who moderates. Staff who act as somebody do nothing of their own meanwhile."""
        super().initial(request, *args, **kwargs)
        self.staff = moderator_of(self.actor)


class CaseOutput(serializers.Serializer[Any]):
    """A case, as the queue shows it."""

    id = serializers.CharField(source="public_id")
    kind = serializers.CharField()
    state = serializers.CharField()
    urgency = serializers.IntegerField()
    listing = serializers.CharField(source="listing.public_id")
    slug = serializers.CharField(source="listing.publication.slug")
    name = serializers.CharField(source="listing.name")
    creator = serializers.CharField(source="listing.creator_name")
    listing_state = serializers.CharField(source="listing.state")
    taken_by = serializers.SerializerMethodField()
    statement = serializers.CharField()
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    lapses_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField()

    def get_taken_by(self, case: Case) -> str:
        """Who looks at it; empty where nobody does."""
        return case.taken_by.display_name if case.taken_by else ""


class FindingOutput(serializers.Serializer[Any]):
    """What a check found."""

    code = serializers.CharField()
    severity = serializers.CharField()
    where = serializers.CharField()
    sentence = serializers.CharField()
    advice = serializers.CharField()


class ReportsOutput(serializers.Serializer[Any]):
    """Reports of one reason."""

    reason = serializers.CharField(source="label")
    count = serializers.IntegerField()
    weight = serializers.FloatField()
    texts = serializers.ListField(child=serializers.CharField())


class DecisionOutput(serializers.Serializer[Any]):
    """What somebody decided, or noted."""

    decision = serializers.CharField(source="outcome")
    reasons = serializers.ListField(child=serializers.CharField())
    message = serializers.CharField()
    note = serializers.CharField()
    by = serializers.CharField(source="by_name")
    is_final = serializers.BooleanField()
    created_at = serializers.DateTimeField()


class CaseDetailOutput(serializers.Serializer[Any]):
    """A case with everything about it."""

    case = CaseOutput()
    findings = FindingOutput(many=True)
    does = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    reports = ReportsOutput(many=True)
    decisions = DecisionOutput(many=True)
    outcomes = serializers.ListField(child=serializers.CharField())


class CaseInput(StrictSerializer):
    """A listing that a moderator wants to look at, by id or slug."""

    listing = serializers.CharField(max_length=80)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class DecisionInput(StrictSerializer):
    """A decision. `reason` is a code, or words for the creator; `urgent` says whether a removal works at once."""

    decision = serializers.ChoiceField(choices=Decision.Outcome.choices)
    reason = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    reasons = serializers.ListField(
        child=serializers.CharField(max_length=40), required=False, default=list, max_length=20
    )
    message = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")
    urgent = serializers.BooleanField(required=False, default=True)


def verdict_of(values: dict[str, Any]) -> Verdict:
    """Checked input as a verdict; a reason that is no code is for the creator to read."""
    given, reasons, message = values["reason"].strip(), list(values["reasons"]), values["message"]
    if given in REASONS:
        reasons.append(given)
    elif given:
        reasons = reasons or ["other"]
        message = message or given
    return Verdict(values["decision"], reasons, message, values["note"], values["urgent"])


def detail(case_id: str) -> dict[str, Any]:
    """A case as JSON: its own fields, and everything about it beside them."""
    with across_organisations(reason="moderators look at everybody's"):
        shown = CaseDetailOutput(case_file(access_case(case_id))).data
        return {**shown.pop("case"), **shown}


class ModerationCases(ModeratorView):
    @extend_schema(responses=CaseOutput(many=True))
    def get(self, request: Request) -> Response:
        """The queue: `?state=open (default), second, decided, withdrawn or all`, `?kind=`, `?taken=nobody or me`."""
        asked = {name: request.query_params.get(name, "") for name in ("state", "kind", "taken")}
        cursor = request.query_params.get("cursor")
        with across_organisations(reason="moderators look at everybody's"):
            rows = filtered(cases(), **asked, user=self.staff.user)
            waiting = asked["state"] in ("", "open", "second")
            page = queue_page(rows, waiting=waiting, cursor=cursor, limit=limit_of(request))
            results = CaseOutput(page.results, many=True).data
        return Response({"results": results, "next": page.next, "previous": page.previous})

    @extend_schema(request=CaseInput, responses={201: CaseDetailOutput})
    def post(self, request: Request) -> Response:
        """Open a case about a listing that nobody brought up."""
        values = self.read_input(request, CaseInput)
        case = begin_case(staff=self.staff, reference=values["listing"], reason=values["note"])
        return Response(detail(case.public_id), status=201)


class ModerationCase(ModeratorView):
    @extend_schema(responses=CaseDetailOutput)
    def get(self, request: Request, case_id: str) -> Response:
        """One case with findings, reports and decisions."""
        return Response(detail(case_id))


class ModerationDecisions(ModeratorView):
    @extend_schema(request=DecisionInput, responses={201: CaseDetailOutput})
    def post(self, request: Request, case_id: str) -> Response:
        """Decide a case. A removal holds once a second moderator sends the same; an urgent one works for 24 hours before."""
        values = self.read_input(request, DecisionInput)
        decide_case(staff=self.staff, case_id=case_id, verdict=verdict_of(values))
        return Response(detail(case_id), status=201)
