"""`GET /api/v1/billing/payouts`."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.models import Payout
from billing.payouts.queries import access_payout, payouts_of
from organisations.api.base import OrganisationAPIView
from organisations.permissions import Permission


class PayoutOutput(serializers.Serializer[Payout]):
    """A sum that was sent to the organisation, or is to be. Sums are millionths of the currency."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(choices=Payout.State.choices)
    method = serializers.CharField(help_text=_("stripe or bank."))
    account = serializers.CharField(source="account.last4", help_text=_("The end of the account's number."))
    amount = serializers.IntegerField()
    reversed = serializers.IntegerField(help_text=_("What of it came back later."))
    currency = serializers.SerializerMethodField()
    problem = serializers.CharField()
    reference = serializers.CharField(source="transfer_id", allow_null=True)
    retry_of = serializers.CharField(source="retry_of.public_id", allow_null=True, default=None)
    figures = serializers.DictField(
        help_text=_("What was owed before, what moved since the payout before by kind, and what is left.")
    )
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)

    def get_currency(self, _payout: Payout) -> str:
        """The installation's."""
        return str(settings.CURRENCY)


class PayoutList(OrganisationAPIView):
    """What the organisation is paid."""

    permission = Permission.MANAGE_BILLING

    @extend_schema(responses=PayoutOutput(many=True))
    def get(self, request: Request) -> Response:
        """Payouts, the latest first."""
        rows = payouts_of(self.actor.organisation)
        return self.page_response(request, rows, PayoutOutput, order=("-created_at", "-id"))


class PayoutDetail(OrganisationAPIView):
    """One payout."""

    permission = Permission.MANAGE_BILLING

    @extend_schema(responses=PayoutOutput)
    def get(self, request: Request, payout_id: str) -> Response:
        """A payout and what it is made of."""
        return Response(PayoutOutput(access_payout(self.actor.organisation, payout_id)).data)
