"""What passes between us and the payment provider: its news, its customers, payments, and lines of its balance.

Sums are integer micro-units of the installation's currency; Stripe's own minor units end at the gateway.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class StripeEvent(models.Model):
    """A webhook of Stripe's, kept once however often it comes. It belongs to no organisation: the object it names may.

    What the event says of the object is not kept: it may hold names and addresses, and it is old when it is read. The
    object is fetched anew instead.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        IGNORED = "ignored", _("Nothing to do")
        REFUSED = "refused", _("Refused")
        DEAD = "dead", _("Given up")
        SET_ASIDE = "set_aside", _("Set aside")

    event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=80)
    account = models.CharField(max_length=64, blank=True)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=255, blank=True)
    livemode = models.BooleanField()
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())
    deliveries = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    held_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="stripe_event_due"),
            models.Index(fields=["object_id"], condition=Q(state="waiting"), name="stripe_event_object"),
            models.Index(fields=["-received_at"], name="stripe_event_received"),
        ]

    def __str__(self) -> str:
        return self.event_id


class StripeCustomer(TenantModel):
    """Who an organisation is at Stripe. `customer_id` is empty between the wish for one and Stripe's answer.

    Stripe's test mode knows none of the customers of real money: each mode has its own.
    """

    public_id = PublicIdField("scus_")
    livemode = models.BooleanField()
    customer_id = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 (unique where known)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "livemode"], name="one_stripe_customer_an_organisation"
            ),
        ]

    def __str__(self) -> str:
        return str(self.customer_id or self.public_id)


class TaxNumber(TenantModel):
    """Under which number the tax office knows an organisation, for receipts and invoices.

    `kind` is Stripe's word for whose number it is: https://docs.stripe.com/api/tax_ids/object#tax_id_object-type. `sent_id` is
    what the number is called at Stripe, of which `livemode` says the mode; empty where it was not sent yet.
    """

    kind = models.CharField(max_length=20)
    value = models.CharField(max_length=40)
    sent_id = models.CharField(max_length=64, blank=True)
    livemode = models.BooleanField(null=True)
    changed_by_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_tax_number_an_organisation"),
        ]

    def __str__(self) -> str:
        return self.value


class Payment(TenantModel):
    """A payment through Stripe, from the wish to pay on. Stripe's news bring it up to date; the ledger has its postings.

    `amount` is what was asked for without tax. `paid`, `refunded` and `disputed` are what moved, with tax.
    """

    class Purpose(models.TextChoices):
        TOP_UP = "top_up", _("Top-up")
        SUBSCRIPTION = "subscription", _("Subscription")

    class State(models.TextChoices):
        OPEN = "open", _("Not paid yet")
        PROCESSING = "processing", _("On its way")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Not completed")

    public_id = PublicIdField("pay_")
    user_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    amount = models.BigIntegerField()
    session_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    payment_intent = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    invoice_id = models.CharField(max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    paid = models.BigIntegerField(default=0)
    tax = models.BigIntegerField(default=0)
    refunded = models.BigIntegerField(default=0)
    disputed = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)
    receipt_url = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())
    paid_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, paid__gte=0, tax__gte=0, refunded__gte=0, disputed__gte=0)
                & Q(tax__lte=F("paid"), refunded__lte=F("paid"), disputed__lte=F("paid")),
                name="payment_in_bounds",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "-created_at"], name="payment_of_organisation"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class BalanceLine(models.Model):
    """A line of our balance at Stripe, and whether the ledger's `cash` says the same. It belongs to the installation.

    `amount` and `fee` are micro-units; `source` names the charge, refund, dispute or transfer that moved it, `reference` the
    payment or transfer that it is about: lines of the same one are compared together, with `in_ledger`. A transaction
    of the ledger that Stripe knows nothing of has a line of its own, of type `ledger`.
    """

    class State(models.TextChoices):
        MATCHED = "matched", _("Agrees")
        AWAITED = "awaited", _("The ledger is to follow")
        MISSING = "missing", _("Not in the ledger")
        DIFFERENT = "different", _("Another amount in the ledger")
        UNKNOWN = "unknown", _("Not at the payment provider")
        OUTSIDE = "outside", _("Moves no money of ours")

    line_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=64)
    source = models.CharField(max_length=255, blank=True)
    reference = models.CharField(max_length=255, blank=True)
    amount = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    in_ledger = models.BigIntegerField(default=0)
    state = models.CharField(max_length=9, choices=State.choices)
    occurred_at = models.DateTimeField()
    checked_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["-occurred_at"], name="balance_line_time"),
            models.Index(fields=["reference"], name="balance_line_reference"),
            models.Index(
                fields=["occurred_at"],
                condition=Q(state__in=["missing", "different", "unknown"]),
                name="balance_line_wrong",
            ),
        ]

    def __str__(self) -> str:
        return self.line_id
