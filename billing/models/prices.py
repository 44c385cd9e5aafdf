"""What assistants cost, what was bought, and every sale. Sums are integer micro-units.

`product` is an assistant's public id: opaque here. `earner_id` is the organisation of its creator.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class ProductPrice(TenantModel):
    """One way to pay for a product, as its creator set it. Rows are ended, never changed: what was sold keeps its terms.

    Everybody may read prices; they belong to the creator's organisation.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("For each message")
        MONTHLY = "monthly", _("By the month")
        ONE_OFF = "one_off", _("Once")
        POOL = "pool", _("Within the platform's subscription")

    public_id = PublicIdField("prc_")
    product = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    amount = models.BigIntegerField(default=0)
    trial_messages = models.PositiveSmallIntegerField(default=0)
    created_by = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["product", "kind"], condition=Q(ended_at=None), name="one_price_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="pool", amount=0) | (~Q(kind="pool") & Q(amount__gt=0)),
                name="price_has_an_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.kind} {self.amount}"


class Entitlement(TenantModel):
    """What somebody bought: a product for a month at a time, or for good. `paid_until` is null for good.

    `told_price_id` is the price that its buyer was told of at `told_at`: it holds from the renewal after the notice.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("Active")
        GRACE = "grace", _("Waiting for payment")
        ENDED = "ended", _("Ended")
        REFUNDED = "refunded", _("Refunded")

    public_id = PublicIdField("ent_")
    user_id = models.BigIntegerField()
    product = models.CharField(max_length=64)
    product_name = models.CharField(max_length=160)
    kind = models.CharField(max_length=8, choices=ProductPrice.Kind.choices)
    earner_id = models.BigIntegerField()
    price_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    renews = models.BooleanField(default=False)
    started_at = models.DateTimeField(db_default=Now())
    paid_until = models.DateTimeField(null=True)
    periods = models.PositiveIntegerField(default=1, db_default=1)
    told_price_id = models.BigIntegerField(null=True)
    told_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user_id", "product"],
                condition=Q(state__in=["active", "grace"]),
                name="one_entitlement_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["paid_until"],
                condition=Q(state__in=["active", "grace"], paid_until__isnull=False),
                name="entitlement_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product} of {self.user_id}"

    @property
    def is_lasting(self) -> bool:
        """Whether it may be used now; one that waits for its payment may, until its grace is over."""
        return self.state in (self.State.ACTIVE, self.State.GRACE)


class Sale(TenantModel):
    """One payment for a product out of a wallet, and how it is shared. It is the buyer's; the ledger tells the creator.

    `cost` is what the model's provider takes where the price includes it. `cost + fee + share = amount`.
    `country` is where the buyer's organisation was billed then; empty where nobody had said.
    """

    public_id = PublicIdField("sale_")
    reference = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=ProductPrice.Kind.choices)
    product = models.CharField(max_length=64)
    product_name = models.CharField(max_length=160, blank=True)
    earner_id = models.BigIntegerField()
    price_id = models.BigIntegerField()
    amount = models.BigIntegerField()
    cost = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    share = models.BigIntegerField(default=0)
    share_bp = models.PositiveSmallIntegerField()
    user_id = models.BigIntegerField(null=True)
    country = models.CharField(max_length=2, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    posted_at = models.DateTimeField(null=True)
    refunded_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="one_sale_a_reference"),
            models.CheckConstraint(
                condition=Q(amount__gt=0, cost__gte=0, fee__gte=0, share__gte=0)
                & Q(amount=F("cost") + F("fee") + F("share")),
                name="sale_is_shared_whole",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(posted_at=None), name="sale_not_posted"),
            models.Index(fields=["earner_id", "created_at"], name="sale_of_earner"),
            models.Index(fields=["organisation", "created_at"], name="sale_of_buyer"),
        ]

    def __str__(self) -> str:
        return self.reference
