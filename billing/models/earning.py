"""What creators earn: agreements on shares, the month's close, statements, what was taken back and what is looked into.

Sums are integer micro-units. `product` is an assistant's public id: opaque here.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class ShareAgreement(TenantModel):
    """What part of payments a creator keeps by agreement, for a time. Rows are ended, never changed."""

    public_id = PublicIdField("agr_")
    share_bp = models.PositiveSmallIntegerField(_("share in basis points"))
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True)
    reason = models.CharField(_("reason"), max_length=500)
    created_by = models.CharField(_("made by"), max_length=254)
    created_at = models.DateTimeField(_("made"), db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(share_bp__lte=10_000), name="share_is_a_part"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=models.F("since")),
                name="agreement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.share_bp / 100:g} %"


class Clawback(TenantModel):
    """A part of one sale that its creator and the platform gave up again, and why. It is the creator's.

    `borne` is what of a voided share the platform bore when the sale was refunded afterwards.
    """

    class Reason(models.TextChoices):
        REFUND = "refund", _("Refunded")
        DISPUTE = "dispute", _("Disputed")
        VOID = "void", _("Not earned")

    sale = models.CharField(max_length=48)
    product = models.CharField(max_length=64)
    payer_id = models.BigIntegerField()
    reason = models.CharField(max_length=8, choices=Reason.choices)
    event_id = models.CharField(max_length=160)
    share = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    borne = models.BigIntegerField(default=0)
    sold_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    reversed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["sale", "reason", "event_id"], name="one_clawback_an_event"),
            models.CheckConstraint(
                condition=Q(share__gte=0, fee__gte=0, cost__gte=0, borne__gte=0), name="clawback_not_negative"
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "sold_at"], name="clawback_by_sale_time"),
            models.Index(fields=["event_id"], name="clawback_by_event"),
        ]

    def __str__(self) -> str:
        return f"{self.sale} {self.reason}"


class PoolShare(TenantModel):
    """What a product earned from one customer's part of a month's pool. It is the creator's; the customer is never shown."""

    month = models.DateField()
    payer_id = models.BigIntegerField()
    product = models.CharField(max_length=64)
    product_name = models.CharField(max_length=160, blank=True)
    answers = models.PositiveIntegerField()
    amount = models.BigIntegerField()
    transaction = models.CharField(max_length=48)
    taken_back_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["transaction", "organisation", "product"], name="one_pool_share_a_product"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "month"], name="pool_share_of_month")]

    def __str__(self) -> str:
        return f"{self.product} {self.month:%Y-%m}"


class MonthClose(models.Model):
    """The closing of one month's books, step by step. Once its books are closed, nothing is booked into it any more."""

    class State(models.TextChoices):
        RUNNING = "running", _("Under way")
        REFUSED = "refused", _("Refused: the books do not agree")
        CLOSED = "closed", _("Closed")

    month = models.DateField(_("month"), unique=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(_("started"), db_default=Now())
    books_closed_at = models.DateTimeField(_("books closed"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    figures = models.JSONField(_("figures"), default=dict)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class StatementMonth(TenantModel):
    """What one creator earned in one month, and what was owed before and after it. `opening + change = closing`."""

    public_id = PublicIdField("stm_")
    month = models.DateField()
    opening = models.BigIntegerField()
    earned = models.BigIntegerField()
    taken_back = models.BigIntegerField()
    paid_out = models.BigIntegerField()
    other = models.BigIntegerField()
    closing = models.BigIntegerField()
    transactions = models.PositiveIntegerField()
    created_at = models.DateTimeField(db_default=Now())
    published_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month"], name="one_statement_a_month"),
            models.CheckConstraint(
                condition=Q(
                    closing=models.F("opening")
                    + models.F("earned")
                    + models.F("taken_back")
                    + models.F("paid_out")
                    + models.F("other")
                ),
                name="statement_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class StatementLine(TenantModel):
    """A line of a statement: transactions of one kind for one product, counted and summed up.

    `count` are ledger transactions, `answers` what earned in the pool. `gross` is what was paid, `amount` the creator's part of
    it; negative where it was taken back or paid out.
    """

    statement = models.ForeignKey(StatementMonth, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=32)
    priced = models.CharField(max_length=8, blank=True)
    product = models.CharField(max_length=64, blank=True)
    product_name = models.CharField(max_length=160, blank=True)
    count = models.PositiveIntegerField()
    answers = models.PositiveIntegerField(default=0)
    gross = models.BigIntegerField(default=0)
    cost = models.BigIntegerField(default=0)
    fee = models.BigIntegerField(default=0)
    amount = models.BigIntegerField()
    first_transaction = models.CharField(max_length=48)
    last_transaction = models.CharField(max_length=48)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["statement", "kind", "priced", "product"], name="one_line_a_kind_and_product"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.product}"


class EarningReview(TenantModel):
    """Trade between a creator and one customer that looks as if it were not real. What it earned waits until finance decides.

    It is the creator's. `evidence` is a list of `{rule, …figures}`; `payer_id` is never shown to the creator.
    """

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        CLEARED = "cleared", _("Cleared")
        VOIDED = "voided", _("Not earned")

    public_id = PublicIdField("erv_")
    payer_id = models.BigIntegerField()
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"))
    held = models.BigIntegerField(_("held"))
    evidence = models.JSONField(_("evidence"), default=list)
    opened_at = models.DateTimeField(_("opened"), db_default=Now())
    decided_at = models.DateTimeField(_("decided"), null=True)
    decided_by = models.CharField(_("decided by"), max_length=254, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "payer_id"], condition=Q(state="open"), name="one_open_review_a_pair"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class PaymentMethodSeen(TenantModel):
    """That an organisation once paid, or was paid, by some card or account: a keyed hash of what its provider calls it, nothing else."""

    fingerprint = models.CharField(max_length=64)
    seen_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "fingerprint"], name="one_method_an_organisation"
            ),
        ]
        indexes = [models.Index(fields=["fingerprint"], name="payment_method_shared")]

    def __str__(self) -> str:
        return str(self.pk)
