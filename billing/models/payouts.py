"""Where creators are paid to, what was paid, and the files that a bank is given.

Sums are integer micro-units of the installation's currency. What a bank has to know is encrypted; pages show its end.
"""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class PayoutAccount(TenantModel):
    """Where a creator's organisation is paid to. A change ends the row and makes another one.

    `secret` is an encrypted JSON object `{iban, bic, tax_id}` of a bank account; `account_id` names a Stripe account, and is
    empty between the wish for one and Stripe's answer. Nothing is paid before `paused_until`.
    """

    class Method(models.TextChoices):
        STRIPE = "stripe", _("Stripe")
        BANK = "bank", _("Bank transfer")

    public_id = PublicIdField("pac_")
    method = models.CharField(_("way"), max_length=6, choices=Method.choices)
    country = models.CharField(_("country"), max_length=2)
    holder = models.CharField(_("account holder"), max_length=70, blank=True)
    last4 = models.CharField(_("ends with"), max_length=4, blank=True)
    secret = models.TextField(blank=True)
    account_id = models.CharField(_("account at Stripe"), max_length=64, null=True, unique=True)  # noqa: DJ001 (unique where known)
    ready = models.BooleanField(_("ready"), default=False)
    requirements = models.JSONField(_("still missing"), default=list)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    paused_until = models.DateTimeField(_("paused until"))
    held_since = models.DateTimeField(_("held by finance since"), null=True)
    held_reason = models.CharField(_("reason"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("made"), db_default=Now())
    ended_at = models.DateTimeField(_("replaced"), null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ended_at=None), name="one_payout_account"
            ),
            models.CheckConstraint(
                condition=Q(method="stripe", secret="") | (Q(method="bank", account_id=None) & ~Q(secret="")),
                name="payout_account_of_one_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_method_display()} …{self.last4}" if self.last4 else self.get_method_display()


class PayoutFile(models.Model):
    """What a bank is to pay, made by one person of finance and approved by another. Its content never changes.

    `content` is encrypted, a JSON object `{csv, xml}`; `digest` is the SHA-256 of both, before it was encrypted.
    """

    class State(models.TextChoices):
        MADE = "made", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        DONE = "done", _("Done")
        DISCARDED = "discarded", _("Discarded")

    public_id = PublicIdField("pfl_")
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.MADE)
    count = models.PositiveIntegerField(_("payouts"))
    total = models.BigIntegerField(_("sum"))
    content = models.TextField()
    digest = models.CharField(_("fingerprint (SHA-256)"), max_length=64)
    made_by = models.BigIntegerField()
    made_by_name = models.CharField(_("made by"), max_length=254)
    made_at = models.DateTimeField(_("made"), db_default=Now())
    approved_by = models.BigIntegerField(null=True)
    approved_by_name = models.CharField(_("approved by"), max_length=254, blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("made_by")), name="payout_file_of_four_eyes"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "done"]) | Q(approved_by__isnull=False),
                name="payout_file_is_approved",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Payout(TenantModel):
    """One sum sent to a creator. Its money left what is owed when the row was made, and goes back there if it fails.

    `key_number` counts the refusals after which the same payout is asked for under a new idempotency key. `figures` says what
    it is made of: `{before, moved: {kind: sum}, left}`.
    """

    class State(models.TextChoices):
        SCHEDULED = "scheduled", _("Planned")
        SENDING = "sending", _("On its way")
        PAID = "paid", _("Paid")
        FAILED = "failed", _("Failed")
        RETRIED = "retried", _("Failed, tried again")
        REVERSED = "reversed", _("Taken back")

    public_id = PublicIdField("pout_")
    account = models.ForeignKey(PayoutAccount, on_delete=models.PROTECT, related_name="payouts")
    method = models.CharField(_("way"), max_length=6, choices=PayoutAccount.Method.choices)
    month = models.DateField(_("month"))
    amount = models.BigIntegerField(_("sum"))
    reversed = models.BigIntegerField(_("taken back"), default=0)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.SCHEDULED)
    problem = models.CharField(_("problem"), max_length=300, blank=True)
    problem_code = models.CharField(max_length=64, blank=True)
    figures = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    key_number = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(_("next attempt"), db_default=Now())
    held_until = models.DateTimeField(null=True)
    transfer_id = models.CharField(_("reference"), max_length=255, null=True, unique=True)  # noqa: DJ001 (unique where known)
    file = models.ForeignKey(
        PayoutFile, on_delete=models.PROTECT, null=True, related_name="payouts", verbose_name=_("file")
    )
    retry_of = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="retry")
    created_at = models.DateTimeField(_("planned"), db_default=Now())
    ended_at = models.DateTimeField(_("ended"), null=True)
    arrived_at = models.DateTimeField(_("arrived"), null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payout_of_something"),
            models.CheckConstraint(
                condition=Q(reversed__gte=0, reversed__lte=F("amount")), name="payout_reversed_in_bounds"
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state__in=["scheduled", "sending"]),
                name="one_payout_under_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state__in=["scheduled", "sending"]), name="payout_due"
            ),
            models.Index(fields=["organisation", "-created_at"], name="payout_of_organisation"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
