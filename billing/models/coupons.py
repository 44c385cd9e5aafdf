"""Codes that lessen what plans, or credit, cost on the payment provider's page. Sums are integer micro-units."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField


class Coupon(models.Model):
    """A code of the installation's, and how much it lets off. It never changes; it can be ended.

    `promotion_id` is empty between the wish for it and the provider's answer; its test mode and real money are apart.

    Attributes:
        percent, amount: one of the two; `amount` is micro-units.
        months: how many invoices of a plan it lessens where `duration` says so.
        plans: codes of the plans that it is for; empty for everything that is paid on the provider's page, credit too.
        most: how often it can be used; null for any number. `used`: how often it was, when the provider was last asked.
    """

    class Duration(models.TextChoices):
        ONCE = "once", _("The first payment")
        REPEATING = "repeating", _("Some months")
        FOREVER = "forever", _("Every payment")

    public_id = PublicIdField("coup_")
    code = models.CharField(_("code"), max_length=40)
    livemode = models.BooleanField()
    percent = models.PositiveSmallIntegerField(null=True)
    amount = models.BigIntegerField(null=True)
    duration = models.CharField(_("how long"), max_length=9, choices=Duration.choices)
    months = models.PositiveSmallIntegerField(_("months"), null=True)
    plans = ArrayField(models.CharField(max_length=40), verbose_name=_("plans"), default=list)
    most = models.PositiveIntegerField(_("times at most"), null=True)
    used = models.PositiveIntegerField(_("times used"), default=0)
    expires_at = models.DateTimeField(_("until"), null=True)
    promotion_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    problem = models.CharField(max_length=300, blank=True)
    created_by = models.CharField(max_length=254)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "livemode"], condition=Q(ended_at=None), name="one_live_coupon_a_code"
            ),
            models.CheckConstraint(
                condition=Q(percent__gte=1, percent__lte=100, amount=None) | Q(percent=None, amount__gt=0),
                name="coupon_lets_one_thing_off",
            ),
            models.CheckConstraint(
                condition=Q(duration="repeating", months__gte=1)
                | (~Q(duration="repeating") & Q(months=None)),
                name="coupon_months_where_it_repeats",
            ),
        ]

    def __str__(self) -> str:
        return self.code
