"""Creators' earnings summed up by day, so that pages need not read the ledger. Sums are integer micro-units."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.models import TenantModel


class EarningDaily(TenantModel):
    """What moved in a creator's account on one day in UTC, by what it was, product, kind of price and country.

    It is the creator's, and can be made again from the ledger at any time: the sum of `amount` is what the ledger says.

    Attributes:
        priced: the kind of price; empty where it is about none.
        count: sales, or parts of sales that were taken back. answers: what earned in the pool.
        buyers: how many customers they are of on this day.
        gross, cost, fee: what was paid, and what the model and the platform took of it; amount: what is left to the creator,
            negative where it was taken back or paid out.
    """

    class Flow(models.TextChoices):
        EARNED = "earned", _("Earned")
        REFUND = "refund", _("Refunded to buyers")
        DISPUTE = "dispute", _("Disputed by buyers' banks")
        VOID = "void", _("Not earned, after review")
        PAID_OUT = "paid_out", _("Paid out")
        OTHER = "other", _("Corrections")

    day = models.DateField()
    flow = models.CharField(max_length=8, choices=Flow.choices)
    priced = models.CharField(max_length=8, blank=True)
    product = models.CharField(max_length=64, blank=True)
    product_name = models.CharField(max_length=160, blank=True)
    country = models.CharField(max_length=2, blank=True)
    count = models.PositiveIntegerField()
    answers = models.PositiveIntegerField(default=0)
    buyers = models.PositiveIntegerField(default=0)
    gross = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    amount = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day", "flow", "priced", "product", "country"],
                name="one_sum_of_earnings",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.flow} {self.product}"


class EarningPending(models.Model):
    """A creator's day in which something was booked that its sums do not hold yet: written by the database with the entries.

    Numbers and days alone, of all organisations, so that a job claims them whoever else books.
    """

    organisation_id = models.BigIntegerField()
    day = models.DateField()

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.day}"
