"""`GET /api/v1/billing/statements`."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.earning.queries import access_statement, lines_of, statements_of
from billing.models import StatementMonth
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Permission


class StatementOutput(serializers.Serializer[StatementMonth]):
    """A month of a creator. Sums are millionths of the currency; `opening` and what follows it add up to `closing`."""

    id = serializers.CharField(source="public_id")
    month = serializers.DateField(format="%Y-%m", help_text=_("For example 2026-10."))
    currency = serializers.SerializerMethodField()
    opening = serializers.IntegerField(help_text=_("Owed at the month's beginning."))
    earned = serializers.IntegerField()
    taken_back = serializers.IntegerField(help_text=_("Refunds, disputes, and what was not earned."))
    paid_out = serializers.IntegerField()
    other = serializers.IntegerField(help_text=_("Corrections."))
    closing = serializers.IntegerField(help_text=_("Owed at the month's end."))
    transactions = serializers.IntegerField()
    published_at = serializers.DateTimeField()

    def get_currency(self, _statement: StatementMonth) -> str:
        """The installation's."""
        return str(settings.CURRENCY)


class StatementLineOutput(serializers.Serializer[Any]):
    """Transactions of one kind for one assistant. They are counted; who bought is not told."""

    kind = serializers.CharField()
    priced = serializers.CharField()
    assistant = serializers.CharField(source="product")
    assistant_name = serializers.CharField(source="product_name")
    transactions = serializers.IntegerField(source="count")
    answers = serializers.IntegerField(help_text=_("Answers that counted for the pool."))
    paid = serializers.IntegerField(source="gross")
    model_cost = serializers.IntegerField(source="cost")
    platform_fee = serializers.IntegerField(source="fee")
    amount = serializers.IntegerField(help_text=_("The organisation's part."))
    first_transaction = serializers.CharField()
    last_transaction = serializers.CharField()


class StatementDetailOutput(StatementOutput):
    """A month with its lines; they add up to what has changed in it."""

    lines = serializers.SerializerMethodField()

    @extend_schema_field(StatementLineOutput(many=True))
    def get_lines(self, statement: StatementMonth) -> Any:
        """The lines."""
        return StatementLineOutput(lines_of(statement), many=True).data


class StatementList(OrganisationAPIView):
    """What the organisation's assistants earned, month by month."""

    permission = Permission.MANAGE_BILLING

    @extend_schema(responses=StatementOutput(many=True))
    def get(self, request: Request) -> Response:
        """Published statements, the latest first."""
        rows = statements_of(self.actor.organisation)
        return self.page_response(request, rows, StatementOutput, order=("-created_at", "-id"))


class StatementDetail(OrganisationAPIView):
    """One month with its lines."""

    permission = Permission.MANAGE_BILLING

    @extend_schema(responses=StatementDetailOutput)
    def get(self, request: Request, statement_id: str) -> Response:
        """A statement with its lines."""
        statement = access_statement(self.actor.organisation, statement_id)
        return Response(StatementDetailOutput(statement).data)
