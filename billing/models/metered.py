"""Use beyond allowances that plans' invoices charge for: what counts it at the payment provider, and what was told of it."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class UsageMeter(models.Model):
    """What counts use at the payment provider, and the price of a unit, which is the currency's smallest coin.

    One for real money and one for the provider's test mode. Ids are empty between the wish and the provider's answer.
    """

    public_id = PublicIdField("umtr_")
    livemode = models.BooleanField(unique=True)
    meter_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    price_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.public_id)


class MeterReport(TenantModel):
    """Use that is told to the payment provider, once: its public id names it there too.

    `units` are the currency's smallest coins. `tried_at` is set before the first call, so that a row without it was never told.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("To be told")
        REPORTED = "reported", _("Told")
        UNCLEAR = "unclear", _("Unclear")
        DROPPED = "dropped", _("Not counted")

    public_id = PublicIdField("mrep_")
    units = models.BigIntegerField()
    customer = models.CharField(max_length=64)
    livemode = models.BooleanField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    tried_at = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(state="waiting"), name="one_report_at_a_time"
            ),
            models.CheckConstraint(condition=Q(units__gt=0), name="meter_report_positive"),
        ]
        indexes = [
            models.Index(fields=["organisation", "state"], name="meter_report_of"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
