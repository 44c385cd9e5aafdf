"""Prepaid credit, and what is kept of it for calls under way. Sums are integer micro-units."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.models import TenantModel


class Wallet(TenantModel):
    """An organisation's prepaid credit as it stands now.

    It runs ahead of the ledger's account by the sales that are not posted yet, and by nothing else.
    `country`: where it is billed, as the payment provider's page or somebody here said; two letters, empty where nobody did.
    """

    balance = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    country = models.CharField(max_length=2, blank=True, db_default="")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_wallet_an_organisation"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, balance__gte=models.F("reserved")),
                name="wallet_never_overdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.balance}"


class WalletHold(TenantModel):
    """A part of a wallet that is kept for an answer under way, with the terms that it was offered at."""

    class Purpose(models.TextChoices):
        PRICE = "price", _("The price of an answer")
        USAGE = "usage", _("Use beyond the allowance")

    class State(models.TextChoices):
        HELD = "held", _("Held")
        SETTLED = "settled", _("Settled")
        RELEASED = "released", _("Released")

    reference = models.CharField(max_length=64)
    purpose = models.CharField(max_length=8, choices=Purpose.choices)
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.HELD)
    product = models.CharField(max_length=64, blank=True)
    product_name = models.CharField(max_length=160, blank=True)
    earner_id = models.BigIntegerField(null=True)
    price_id = models.BigIntegerField(null=True)
    share_bp = models.PositiveSmallIntegerField(default=0)
    user_id = models.BigIntegerField(null=True)
    api_key_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "reference", "purpose"], name="one_hold_a_reference"
            ),
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="wallet_hold_positive"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="held"), name="wallet_hold_held"),
        ]

    def __str__(self) -> str:
        return self.reference
