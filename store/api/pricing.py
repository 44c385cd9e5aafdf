"""`/api/v1/listings/{id}/price`."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from billing.terms import Kind
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.api.base import OrganisationAPIView, StrictSerializer
from organisations.permissions import Permission
from store.actions.price_listing import price_listing
from store.pricing import pricing_of
from store.queries import access_listing

LARGEST = 2**53 - 1


class OnePrice(StrictSerializer):
    """One way to pay. Sums are millionths of the currency; `pool` has none."""

    kind = serializers.ChoiceField(choices=Kind.choices)
    amount = serializers.IntegerField(min_value=0, max_value=LARGEST, default=0)


class PriceInput(StrictSerializer):
    """All ways to pay from now on; an empty list makes it free."""

    prices = OnePrice(many=True)
    trial_messages = serializers.IntegerField(min_value=0, max_value=1000, default=0)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Each way once."""
        kinds = [one["kind"] for one in attrs["prices"]]
        if len(set(kinds)) < len(kinds):
            raise InvalidInput.on("prices", "twice", _("Name each way to pay once."))
        return attrs


class ProspectOutput(serializers.Serializer[Any]):
    """A price, and how one payment of it is shared."""

    kind = serializers.CharField()
    amount = serializers.IntegerField()
    words = serializers.CharField()
    model_cost = serializers.IntegerField(source="parts.cost")
    platform_fee = serializers.IntegerField(source="parts.fee")
    creator_share = serializers.IntegerField(source="parts.share")


class PriceOutput(serializers.Serializer[Any]):
    """What a listing costs. Sums are millionths of the currency."""

    currency = serializers.SerializerMethodField()
    prices = ProspectOutput(source="prospects", many=True)
    trial_messages = serializers.IntegerField()
    typical_cost = serializers.IntegerField(help_text=_("What the models of a typical answer cost."))
    share_bp = serializers.IntegerField(
        help_text=_("The creator's part of the rest, in hundredths of a per cent.")
    )

    def get_currency(self, _pricing: Any) -> str:
        """The installation's."""
        return settings.CURRENCY


class ListingPrice(OrganisationAPIView):
    permissions = {"GET": Permission.BUILD_ASSISTANTS, "PUT": Permission.PUBLISH_ASSISTANTS}

    @extend_schema(responses=PriceOutput)
    def get(self, request: Request, listing_id: str) -> Response:
        """What it costs, and what its creator gets of each payment."""
        return self._shown(listing_id)

    @extend_schema(request=PriceInput, responses=PriceOutput)
    def put(self, request: Request, listing_id: str) -> Response:
        """Offer it at exactly these prices; what was sold keeps its terms until it renews."""
        values = self.read_input(request, PriceInput)
        price_listing(
            actor=self.actor,
            listing_id=listing_id,
            prices={one["kind"]: one["amount"] for one in values["prices"]},
            trial_messages=values["trial_messages"],
        )
        return self._shown(listing_id)

    def _shown(self, listing_id: str) -> Response:
        with tenant_scope(self.actor.organisation):
            return Response(PriceOutput(pricing_of(access_listing(self.actor, listing_id))).data)
