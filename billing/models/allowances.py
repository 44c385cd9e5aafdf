"""Allowances of a month, and what is kept of them for calls under way. Sums are integer micro-units."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.models import TenantModel


class AllowancePeriod(TenantModel):
    """What an organisation may spend in one calendar month, and how much of it is gone.

    `alerted`: the highest percentage of the limit that people were told of. `metered_reserved`, `metered_spent`: use beyond the
    limit that goes on the plan's invoice.
    """

    month = models.DateField()
    limit = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    alerted = models.PositiveSmallIntegerField(db_default=0)
    metered_reserved = models.BigIntegerField(db_default=0)
    metered_spent = models.BigIntegerField(db_default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month"], name="one_allowance_a_month"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, spent__gte=0), name="allowance_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(metered_reserved__gte=0, metered_spent__gte=0),
                name="metered_use_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Reservation(TenantModel):
    """A part of the allowance that is kept for a call under way; where `metered`, of what may come on the plan's invoice."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        SETTLED = "settled", _("Settled")
        RELEASED = "released", _("Released")

    reference = models.CharField(max_length=64)
    month = models.DateField()
    amount = models.BigIntegerField()
    metered = models.BooleanField(db_default=False)
    state = models.CharField(max_length=8, choices=State.choices, default=State.HELD)
    user_id = models.BigIntegerField(null=True)
    api_key_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="one_reservation_a_reference")
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="held"), name="reservation_held")
        ]

    def __str__(self) -> str:
        return self.reference
