"""`GET /api/v1/usage`."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.access import only_own
from billing.prices import this_month
from billing.queries import GROUPS, allowance_status, usage_report, usage_total
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission


class UsageReport(OrganisationAPIView):
    """What was used between two days. Without the right to see everybody's, one's own."""

    permission = Permission.VIEW_ORGANISATION

    class Input(StrictSerializer):
        to = serializers.DateField(required=False, help_text=_("Last day, in UTC; today by default."))
        group_by = serializers.ChoiceField(choices=GROUPS, default="day")

        def get_fields(self) -> dict[str, Any]:
            """`from` is no name that a class can have."""
            first = serializers.DateField(
                required=False, help_text=_("First day, in UTC; this month's by default.")
            )
            return {"from": first, **super().get_fields()}

        def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
            """Fill in the period and refuse one that ends before it begins."""
            period = {
                "from": attrs.get("from", this_month()),
                "to": attrs.get("to", datetime.now(UTC).date()),
            }
            if period["from"] > period["to"]:
                raise serializers.ValidationError(
                    {"from": _("The first day is after the last one. Swap them.")}
                )
            return {**attrs, **period}

    class Output(serializers.Serializer[Any]):
        class Row(serializers.Serializer[Any]):
            key = serializers.CharField(
                help_text=_(
                    "The day, or the public id of the assistant or member, or the model, or the kind of use."
                )
            )
            label = serializers.CharField()  # type: ignore[assignment]
            answers = serializers.IntegerField()
            calls = serializers.IntegerField()
            input_tokens = serializers.IntegerField()
            output_tokens = serializers.IntegerField()
            cost = serializers.IntegerField(help_text=_("Millionths of the currency."))
            cached_tokens = serializers.IntegerField(
                help_text=_("Those of the input that the provider had kept from a call before.")
            )
            reasoning_tokens = serializers.IntegerField(
                help_text=_("Those of the output that are not shown.")
            )
            quantity = serializers.IntegerField(
                help_text=_("What is not counted in tokens: pages, calls of tools, megabytes for a day.")
            )

        class Total(serializers.Serializer[Any]):
            answers = serializers.IntegerField()
            calls = serializers.IntegerField()
            input_tokens = serializers.IntegerField()
            output_tokens = serializers.IntegerField()
            cost = serializers.IntegerField()
            cached_tokens = serializers.IntegerField()
            reasoning_tokens = serializers.IntegerField()
            people = serializers.IntegerField()

        class Allowance(serializers.Serializer[Any]):
            limit = serializers.IntegerField()
            spent = serializers.IntegerField()
            reserved = serializers.IntegerField()
            renews_at = serializers.DateTimeField()
            used_up = serializers.BooleanField()

        group_by = serializers.CharField()
        currency = serializers.CharField()
        total = Total()
        allowance = Allowance()
        results = Row(many=True)
        next = serializers.CharField(allow_null=True)
        previous = serializers.CharField(allow_null=True)

    @extend_schema(parameters=[Input], responses=Output)
    def get(self, request: Request) -> Response:
        """Usage summed up by day, assistant, model, member or kind."""
        wanted = self.Input(data=request.query_params.dict())
        wanted.is_valid(raise_exception=True)
        start, end = wanted.validated_data["from"], wanted.validated_data["to"]
        group_by, own = wanted.validated_data["group_by"], only_own(self.actor)
        organisation = self.actor.organisation
        allowance = allowance_status(organisation)
        body = {
            "group_by": group_by,
            "currency": allowance.currency,
            "total": asdict(usage_total(organisation, start, end, user_id=own)),
            "allowance": self.Output.Allowance(allowance).data,
            "results": [asdict(row) for row in usage_report(organisation, start, end, group_by, user_id=own)],
        }
        return Response({"from": start, "to": end, **body, "next": None, "previous": None})
