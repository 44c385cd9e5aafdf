"""What products cost, agreeing to it, and purchases, for machines."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.actions.accept_price import accept_price
from billing.actions.buy_product import buy_product
from billing.actions.change_acceptance import change_cap, end_acceptance
from billing.actions.refund_purchase import take_refund
from billing.actions.switch_renewal import switch_renewal
from billing.models import Acceptance, Entitlement
from billing.selling.purchases import acceptances, access_purchase, purchases, spent_this_month
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission

USES = Permission.USE_ASSISTANTS
LARGEST = 2**53 - 1


class ProductInput(StrictSerializer):
    """Names what is paid for: `assistant` by its id or slug, or `listing` by its id or slug."""

    assistant = serializers.CharField(max_length=80, required=False)
    listing = serializers.CharField(max_length=80, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exactly one of the two."""
        named = [attrs.pop(name) for name in ("assistant", "listing") if name in attrs]
        if len(named) != 1:
            raise InvalidInput.on("assistant", "required", _("Name one: an assistant or a listing."))
        return attrs | {"reference": named[0]}


class AcceptanceInput(ProductInput):
    """A word about the price of messages. Sums are millionths of the currency."""

    cap = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST)
    expected = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)


class CapInput(StrictSerializer):
    """A new limit of a month; null for none."""

    cap = serializers.IntegerField(allow_null=True, min_value=1, max_value=LARGEST)


class PurchaseInput(ProductInput):
    """What is bought, and how."""

    kind = serializers.ChoiceField(choices=("monthly", "one_off"))
    renews = serializers.BooleanField(default=True)
    expected = serializers.IntegerField(required=False, min_value=1, max_value=LARGEST)


class RenewalInput(StrictSerializer):
    """Whether it renews by itself."""

    renews = serializers.BooleanField()


class AcceptanceOutput(serializers.Serializer[Acceptance]):
    """What somebody agreed to pay for messages."""

    id = serializers.CharField(source="public_id")
    assistant = serializers.CharField(source="product")
    name = serializers.CharField(source="product_name")
    amount = serializers.IntegerField(help_text=_("The highest price of a message that was agreed to."))
    cap = serializers.IntegerField(allow_null=True)
    spent = serializers.SerializerMethodField(help_text=_("This month, messages under way included."))
    currency = serializers.SerializerMethodField()
    accepted_at = serializers.DateTimeField()

    def get_spent(self, word: Acceptance) -> int:
        """This month's part of the limit."""
        return spent_this_month(word)

    def get_currency(self, _word: Acceptance) -> str:
        """The installation's."""
        return settings.CURRENCY


class PurchaseOutput(serializers.Serializer[Entitlement]):
    """What somebody bought."""

    id = serializers.CharField(source="public_id")
    assistant = serializers.CharField(source="product")
    name = serializers.CharField(source="product_name")
    kind = serializers.CharField()
    state = serializers.CharField()
    amount = serializers.IntegerField()
    currency = serializers.SerializerMethodField()
    renews = serializers.BooleanField()
    started_at = serializers.DateTimeField()
    paid_until = serializers.DateTimeField(allow_null=True)

    def get_currency(self, _bought: Entitlement) -> str:
        """The installation's."""
        return settings.CURRENCY


class AcceptanceList(OrganisationAPIView):
    permission = USES

    @extend_schema(responses=AcceptanceOutput(many=True))
    def get(self, request: Request) -> Response:
        """What one agreed to pay for messages."""
        return self.page_response(
            request, acceptances(self.actor).order_by(), AcceptanceOutput, order=("-id",)
        )

    @extend_schema(request=AcceptanceInput, responses={201: AcceptanceOutput})
    def post(self, request: Request) -> Response:
        """Agree to the present price of a message; again, to change the limit."""
        values = self.read_input(request, AcceptanceInput)
        word = accept_price(actor=self.actor, **values)
        return Response(AcceptanceOutput(word).data, status=201)


class AcceptanceDetail(OrganisationAPIView):
    permission = USES

    @extend_schema(request=CapInput, responses=AcceptanceOutput)
    def patch(self, request: Request, acceptance_id: str) -> Response:
        """Change the limit."""
        cap = self.read_input(request, CapInput)["cap"]
        word = change_cap(actor=self.actor, acceptance_id=acceptance_id, cap=cap)
        return Response(AcceptanceOutput(word).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, acceptance_id: str) -> Response:
        """Pay for no further message."""
        end_acceptance(actor=self.actor, acceptance_id=acceptance_id)
        return Response(status=204)


class PurchaseList(OrganisationAPIView):
    permission = USES

    @extend_schema(responses=PurchaseOutput(many=True))
    def get(self, request: Request) -> Response:
        """What one bought, newest first."""
        return self.page_response(request, purchases(self.actor), PurchaseOutput, order=("-id",))

    @extend_schema(request=PurchaseInput, responses={201: PurchaseOutput})
    def post(self, request: Request) -> Response:
        """Buy out of the wallet, for a month at a time or for good."""
        values = self.read_input(request, PurchaseInput)
        return Response(PurchaseOutput(buy_product(actor=self.actor, **values)).data, status=201)


class PurchaseDetail(OrganisationAPIView):
    permission = USES

    @extend_schema(responses=PurchaseOutput)
    def get(self, request: Request, purchase_id: str) -> Response:
        """One purchase."""
        return Response(PurchaseOutput(access_purchase(self.actor, purchase_id)).data)

    @extend_schema(request=RenewalInput, responses=PurchaseOutput)
    def patch(self, request: Request, purchase_id: str) -> Response:
        """Renew it by itself, or no longer."""
        renews = self.read_input(request, RenewalInput)["renews"]
        bought = switch_renewal(actor=self.actor, purchase_id=purchase_id, renews=renews)
        return Response(PurchaseOutput(bought).data)


class PurchaseRefund(OrganisationAPIView):
    permission = USES

    @extend_schema(request=None, responses=PurchaseOutput)
    def post(self, request: Request, purchase_id: str) -> Response:
        """Give it back, where the rule allows that without asking."""
        bought = take_refund(actor=self.actor, purchase_id=purchase_id)
        with tenant_scope(self.actor.organisation):
            return Response(PurchaseOutput(bought).data)
