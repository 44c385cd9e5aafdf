"""Plans that are paid for, what was paid for them, wallets that fill themselves, and credit that went back. Sums are integer micro-units."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from billing.models.payments import Payment
from billing.models.plans import Plan
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class PlanPrice(models.Model):
    """What a plan's monthly price is called at the payment provider. A plan whose price changes gets a further one.

    `price_id` is empty between the wish for one and the provider's answer. Prices of its test mode and of real money are apart.
    """

    public_id = PublicIdField("ppri_")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    livemode = models.BooleanField()
    price_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "amount", "livemode"], name="one_price_a_plan_and_amount"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="plan_price_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.amount}"


class Subscription(TenantModel):
    """An organisation's plan that it pays by the month, as the payment provider has it.

    `plan` is what is paid for. `metered` says that its invoices count use beyond the allowance. `grace_until` is set while the provider tries to collect what was not paid: until then the plan
    holds. `ends` says that it stops with its period.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Not paid yet")
        ACTIVE = "active", _("Active")
        PAST_DUE = "past_due", _("Payment failed")
        ENDED = "ended", _("Ended")

    public_id = PublicIdField("subs_")
    user_id = models.BigIntegerField(null=True)
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    session_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    subscription_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    item_id = models.CharField(max_length=255, blank=True)
    period_end = models.DateTimeField(null=True)
    ends = models.BooleanField(default=False)
    metered = models.BooleanField(db_default=False)
    grace_until = models.DateTimeField(null=True)
    # The last attempt to collect that failed, so that it is told once.
    last_failure = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state__in=["active", "past_due"]),
                name="one_subscription_an_organisation",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], name="subscription_of_organisation"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class SubscriptionPayment(TenantModel):
    """One payment of a plan's price: what came in without tax, and what of it goes into the pool of its month.

    `reference` names the payment outside, for example an invoice. One that was given back before the month's close
    (`reversed_at`) puts nothing into the pool.
    """

    public_id = PublicIdField("spay_")
    reference = models.CharField(max_length=160)
    period_start = models.DateField()
    period_end = models.DateField()
    net = models.BigIntegerField()
    pool_part = models.BigIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    reversed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="one_payment_of_a_plan"),
            models.CheckConstraint(
                condition=Q(pool_part__gte=0, pool_part__lte=F("net")), name="pool_part_of_a_payment"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="plan_payment_by_time")]

    def __str__(self) -> str:
        return str(self.public_id)


class AutoTopUp(TenantModel):
    """A wallet that fills itself: below `threshold`, `amount` is charged, in a calendar month at most `monthly_maximum`.

    `payment` is the one under way: there is never a second. A charge that was declined pauses it (`paused_at`, `problem`)
    until somebody switches it on again.
    """

    enabled = models.BooleanField(default=False)
    threshold = models.BigIntegerField()
    amount = models.BigIntegerField()
    monthly_maximum = models.BigIntegerField()
    payment_method = models.CharField(max_length=255, blank=True)
    card = models.CharField(max_length=80, blank=True)
    month = models.DateField(null=True)
    charged = models.BigIntegerField(default=0)
    payment = models.ForeignKey(Payment, on_delete=models.SET_NULL, null=True, related_name="+")
    problem = models.CharField(max_length=300, blank=True)
    paused_at = models.DateTimeField(null=True)
    changed_by_id = models.BigIntegerField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_automatic_top_up"),
            models.CheckConstraint(
                condition=Q(threshold__gte=0, amount__gt=0, charged__gte=0)
                & Q(monthly_maximum__gte=F("amount")),
                name="automatic_top_up_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.amount}"


class CreditRefund(TenantModel):
    """Unused credit on its way back to the card that paid it: taken out of the wallet first, then sent.

    `amount` is with tax, `tax` the part of it that is tax.
    """

    class State(models.TextChoices):
        WANTED = "wanted", _("On its way")
        DONE = "done", _("Paid back")
        FAILED = "failed", _("Failed")

    public_id = PublicIdField("crfd_")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = models.BigIntegerField()
    tax = models.BigIntegerField()
    state = models.CharField(max_length=6, choices=State.choices, default=State.WANTED)
    refund_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    problem = models.CharField(max_length=300, blank=True)
    staff_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, tax__gte=0) & Q(tax__lt=F("amount")), name="credit_refund_positive"
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(state="wanted"), name="credit_refund_wanted"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
