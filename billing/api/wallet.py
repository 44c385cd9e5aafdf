"""The wallet, its history and going to pay, for machines. Sums are millionths of the currency."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.actions.start_subscription import start_subscription
from billing.actions.start_top_up import start_top_up
from billing.models import LedgerEntry
from billing.payments.gateway import payments_on
from billing.subscriptions.queries import subscription_of
from billing.wallet.history import entries_of, movements
from billing.wallet.queries import automatic_of, wallet_of
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

LOOKS_AFTER = Permission.MANAGE_BILLING


class PlanOutput(serializers.Serializer[Any]):
    """The plan that is paid for."""

    code = serializers.CharField()
    state = serializers.CharField()
    amount = serializers.IntegerField()
    period_end = serializers.DateTimeField(allow_null=True)
    ends = serializers.BooleanField()


class WalletOutput(serializers.Serializer[Any]):
    """What a wallet holds. `free` can be spent, `held` is kept for answers under way."""

    balance = serializers.IntegerField()
    held = serializers.IntegerField()
    free = serializers.IntegerField()
    currency = serializers.CharField()
    payments = serializers.BooleanField(help_text=_("Whether credit can be bought here."))
    automatic_top_up = serializers.BooleanField()
    subscription = PlanOutput(allow_null=True)


class CheckoutInput(StrictSerializer):
    """What is paid for: `amount` of credit, or a `plan` by its code."""

    amount = serializers.IntegerField(required=False, min_value=1, max_value=2**53 - 1)
    plan = serializers.CharField(required=False, max_length=40)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        if len(attrs) != 1:
            raise InvalidInput.on("amount", "required", _("Name one: an amount or a plan."))
        return attrs


class CheckoutOutput(serializers.Serializer[Any]):
    """Where it is paid."""

    url = serializers.URLField()


class EntryOutput(serializers.Serializer[LedgerEntry]):
    """One line of the wallet's history. `amount` is above zero where the wallet got more."""

    id = serializers.CharField(source="transaction.public_id")
    kind = serializers.CharField(source="transaction.kind")
    about = serializers.SerializerMethodField(help_text=_("The assistant that was bought, or empty."))
    amount = serializers.SerializerMethodField()
    currency = serializers.SerializerMethodField()
    occurred_at = serializers.DateTimeField(source="transaction.occurred_at")

    def get_about(self, entry: LedgerEntry) -> str:
        """What was bought."""
        return movements(entry.organisation_id, [entry])[0].about

    def get_amount(self, entry: LedgerEntry) -> int:
        """A customer sees their credit with the opposite sign of the ledger."""
        return -entry.amount

    def get_currency(self, _entry: LedgerEntry) -> str:
        """The installation's."""
        return settings.CURRENCY


class WalletDetail(OrganisationAPIView):
    permission = LOOKS_AFTER

    @extend_schema(responses=WalletOutput)
    def get(self, request: Request) -> Response:
        """What the organisation's wallet holds, and the plan that it pays for."""
        organisation = self.actor.organisation
        wallet, automatic = wallet_of(organisation), automatic_of(organisation)
        row = subscription_of(organisation)
        shown = {
            "balance": wallet.balance,
            "held": wallet.reserved,
            "free": wallet.balance - wallet.reserved,
            "currency": settings.CURRENCY,
            "payments": payments_on(),
            "automatic_top_up": bool(automatic and automatic.enabled and not automatic.paused_at),
            "subscription": row
            and {
                "code": row.plan.code,
                "state": row.state,
                "amount": row.amount,
                "period_end": row.period_end,
                "ends": row.ends,
            },
        }
        return Response(WalletOutput(shown).data)


class CheckoutList(OrganisationAPIView):
    permission = LOOKS_AFTER

    @extend_schema(request=CheckoutInput, responses={201: CheckoutOutput})
    def post(self, request: Request) -> Response:
        """Open a page of the payment provider's on which credit or a plan is paid for."""
        values = self.read_input(request, CheckoutInput)
        if "plan" in values:
            url = start_subscription(actor=self.actor, plan_code=values["plan"])
        else:
            url = start_top_up(actor=self.actor, amount=values["amount"])
        return Response({"url": url}, status=201)


class LedgerList(OrganisationAPIView):
    permission = LOOKS_AFTER

    @extend_schema(responses=EntryOutput(many=True))
    def get(self, request: Request) -> Response:
        """What moved the wallet, newest first."""
        with tenant_scope(self.actor.organisation):
            entries = entries_of(self.actor.organisation)
            return self.page_response(request, entries, EntryOutput, order=("-id",))
