"""The double-entry ledger: accounts, transactions and their entries. Rows are only ever added.

A debit is positive, a credit negative; the entries of a transaction sum to zero, and the database refuses others. A
balance is the sum of an account's entries and is kept nowhere. Sums are integer micro-units of the installation's currency.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class LedgerAccount(TenantModel):
    """One account of the chart, of a customer, a creator, or the platform's own organisation."""

    class Kind(models.TextChoices):
        # What there is.
        CASH = "cash", _("Cash at the payment provider and bank")
        # What is owed to others.
        WALLET = "wallet", _("Customers' wallets")
        CREATOR_PAYABLE = "creator_payable", _("Owed to creators")
        TAX_PAYABLE = "tax_payable", _("Tax collected")
        PROVIDER_PAYABLE = "provider_payable", _("Owed to model providers")
        PAYOUTS_IN_TRANSIT = "payouts_in_transit", _("Payouts on their way")
        DISPUTED = "disputed", _("Disputed payments")
        POOL = "pool", _("Revenue pool of the month")
        POOL_REMAINDER = "pool_remainder", _("Remainder of the pool")
        # What comes in.
        PLATFORM_FEE = "platform_fee", _("Platform fees")
        SUBSCRIPTION_REVENUE = "subscription_revenue", _("Subscriptions")
        USAGE_REVENUE = "usage_revenue", _("Use beyond allowances")
        # What goes out.
        PROVIDER_COST = "provider_cost", _("Cost of model providers")
        ALLOWANCES = "allowances", _("Use within allowances")
        PROMOTIONS = "promotions", _("Credits granted")
        REFUNDS = "refunds", _("Refunds borne by the platform")
        PAYMENT_FEES = "payment_fees", _("Fees of the payment provider")
        DISPUTE_LOSSES = "dispute_losses", _("Lost disputes")

    kind = models.CharField(max_length=24, choices=Kind.choices)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "kind"], name="one_account_a_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.organisation_id}"


class LedgerTransaction(models.Model):
    """Something that happened to money, once: `(source, event_id)` names it outside.

    `details` holds counts, ids and rates, never a word of what anybody wrote.
    """

    public_id = PublicIdField("ltx_")
    kind = models.CharField(max_length=32)
    source = models.CharField(max_length=16)
    event_id = models.CharField(max_length=160)
    occurred_at = models.DateTimeField()
    posted_at = models.DateTimeField(db_default=Now())
    details = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "event_id"], name="one_transaction_an_event"),
        ]
        indexes = [
            models.Index(fields=["kind", "occurred_at"], name="ledger_by_kind"),
            models.Index(fields=["occurred_at"], name="ledger_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.source}:{self.event_id}"


class LedgerEntry(TenantModel):
    """What a transaction moves in one account. Its organisation is the account's."""

    transaction = models.ForeignKey(LedgerTransaction, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(LedgerAccount, on_delete=models.PROTECT, related_name="entries")
    amount = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=~models.Q(amount=0), name="ledger_entry_moves_something"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.amount}"
