"""What people agreed to pay, what they tried before, and what they want back. Sums are integer micro-units."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Acceptance(TenantModel):
    """Somebody's word that messages of a product may cost up to `amount` each, and at most `cap` a month together.

    `user_id` is null for an organisation's service accounts. `reserved` and `spent` count in `month` alone.
    """

    public_id = PublicIdField("acc_")
    user_id = models.BigIntegerField(null=True)
    product = models.CharField(max_length=64)
    product_name = models.CharField(max_length=160)
    earner_id = models.BigIntegerField()
    price_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    cap = models.BigIntegerField(null=True)
    month = models.DateField()
    reserved = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    accepted_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user_id", "product"],
                name="one_acceptance_a_person",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, reserved__gte=0, spent__gte=0) & (Q(cap=None) | Q(cap__gte=0)),
                name="acceptance_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} of {self.user_id}"


class TrialMessage(models.Model):
    """An answer that a person got free before paying. It names no organisation: a person tries once, wherever they act."""

    user_id = models.BigIntegerField()
    product = models.CharField(max_length=64)
    reference = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["user_id", "product"], name="trials_of_a_person")]

    def __str__(self) -> str:
        return self.reference


class RefundRequest(TenantModel):
    """A buyer's wish to get a payment back. The creator reads it, too, and never learns from it who asked."""

    class State(models.TextChoices):
        OPEN = "open", _("Waiting for the creator")
        GRANTED = "granted", _("Paid back")
        DECLINED = "declined", _("Declined")

    public_id = PublicIdField("rfd_")
    sale_id = models.CharField(max_length=48)
    user_id = models.BigIntegerField(null=True)
    earner_id = models.BigIntegerField()
    product = models.CharField(max_length=64)
    product_name = models.CharField(max_length=160)
    amount = models.BigIntegerField()
    reason = models.CharField(max_length=1000)
    answer = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "sale_id"], name="one_refund_request_a_sale"),
        ]
        indexes = [
            models.Index(fields=["earner_id", "state", "-created_at"], name="refunds_asked_of_creator")
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.amount}"
