"""What was counted about an organisation's listings."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.insights.counts import SHOWN, Insights, Sums, insights_of
from store.insights.hiding import Cell
from store.insights.period import period_between
from store.queries import access_listing


class InsightsInput(StrictSerializer):
    """Days in UTC, the first and the last one included; the last thirty by default."""

    to = serializers.DateField(required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """`from` is a word of the language, so it cannot stand above."""
        return {"from": serializers.DateField(required=False), **super().get_fields()}


class Counts(serializers.Serializer[Any]):
    """Counts; null where one is kept back, because fewer than five stand behind it."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """One for everything that is counted."""
        return {name: serializers.IntegerField(allow_null=True) for name in SHOWN}


class PeriodCounts(Counts):
    """Counts of a period, with shares in percent and seconds to an answer; null where few stand behind them."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The counts, and what is worked out of them."""
        return super().get_fields() | {
            "new_people": serializers.IntegerField(allow_null=True),
            "helpful_percent": serializers.IntegerField(allow_null=True),
            "refused_percent": serializers.IntegerField(allow_null=True),
            "failed_percent": serializers.IntegerField(allow_null=True),
            "seconds": serializers.FloatField(allow_null=True),
        }


class DayCounts(Counts):
    """Counts of a day."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The day and its counts."""
        return {"day": serializers.DateField(), **super().get_fields()}


class VersionCounts(Counts):
    """Counts of a version."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The version's number and its counts."""
        return {"version": serializers.IntegerField(), **super().get_fields()}


class InsightsOutput(serializers.Serializer[Any]):
    """What was counted over a period, in the one before, by day and by version."""

    to = serializers.DateField()
    total = PeriodCounts()
    before = PeriodCounts()
    days = DayCounts(many=True)
    versions = VersionCounts(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The days asked for, and the counts."""
        return {"from": serializers.DateField(), **super().get_fields()}


class ListingInsights(OrganisationAPIView):
    permission = Permission.BUILD_ASSISTANTS

    @extend_schema(parameters=[InsightsInput], responses=InsightsOutput)
    def get(self, request: Request, listing_id: str) -> Response:
        """What was counted about a listing: never who it was."""
        listing = access_listing(self.actor, listing_id)
        given = InsightsInput(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        period = period_between(given.validated_data.get("from"), given.validated_data.get("to"))
        found = insights_of(listing, period)
        return Response({"from": period.start, "to": period.end, **_shown(found)})


def _shown(found: Insights) -> dict[str, Any]:
    days = {name: found.cells_of_days(name) for name in SHOWN}
    versions = {name: found.cells_of_versions(name) for name in SHOWN}
    return {
        "total": _period(found.total),
        "before": _period(found.before),
        "days": [{"day": day, **_row(days, place)} for place, day in enumerate(found.period.days)],
        "versions": [
            {"version": number, **_row(versions, place)} for place, number in enumerate(found.versions)
        ],
    }


def _row(columns: dict[str, list[Cell]], place: int) -> dict[str, int | None]:
    return {name: cells[place].value for name, cells in columns.items()}


def _period(sums: Sums) -> dict[str, Any]:
    return {name: cell.value for name, cell in sums.cells.items()} | {
        "new_people": sums.new_people.value,
        "helpful_percent": sums.helpful,
        "refused_percent": sums.refused,
        "failed_percent": sums.failed,
        "seconds": sums.seconds,
    }
