"""Every use that costs something, one by one and summed up. Sums are integer micro-units."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.models import TenantModel


class UsageRecord(TenantModel):
    """One use with the price it was charged at: a call of a model, a page, a tool's calls, a day's storage. Rows are only ever added.

    Attributes:
        reference, ordinal: name it once and for all within the organisation; the same again is not written.
        cached_tokens: those of the input that the provider had kept; reasoning_tokens: those of the output that nobody
            is shown. Both are within input_tokens and output_tokens.
        quantity: how many of `unit`, where it is not counted in tokens.
        answered: the one record of an answer that was given by which the answer is counted.
        input_price, cached_price, output_price: micro-units for a million tokens; unit_price: for a million units.
        price_id: the row of the catalogue that they come from.
        earner_id: the organisation that made the product, where another one used it.
    """

    class PaidBy(models.TextChoices):
        ALLOWANCE = "allowance", _("The month's allowance")
        WALLET = "wallet", _("The wallet")
        METERED = "metered", _("The plan's invoice")
        PRICE = "price", _("The price of the answer")
        OWN_KEY = "own_key", _("The organisation's own key")
        PLATFORM = "platform", _("The platform")

    # Every other index begins with it. Row-level security holds each row to the organisation in whose scope it is written; a
    # constraint would look that one up once more a row, a sixth of what writing in bulk costs.
    organisation = models.ForeignKey(
        "organisations.Organisation",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    reference = models.CharField(max_length=64)
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16)
    product = models.CharField(max_length=64, blank=True)
    product_name = models.CharField(max_length=160, blank=True)
    model = models.CharField(max_length=200)
    provider = models.CharField(max_length=80)
    input_tokens = models.PositiveIntegerField()
    output_tokens = models.PositiveIntegerField()
    cached_tokens = models.PositiveIntegerField(db_default=0)
    reasoning_tokens = models.PositiveIntegerField(db_default=0)
    quantity = models.BigIntegerField(db_default=0)
    unit = models.CharField(max_length=12, blank=True, db_default="")
    answered = models.BooleanField(db_default=False)
    estimated = models.BooleanField(default=False)
    input_price = models.BigIntegerField(default=0)
    cached_price = models.BigIntegerField(null=True)
    output_price = models.BigIntegerField(default=0)
    unit_price = models.BigIntegerField(db_default=0)
    price_id = models.BigIntegerField(null=True)
    cost = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    user_id = models.BigIntegerField(null=True)
    api_key_id = models.BigIntegerField(null=True)
    paid_by = models.CharField(max_length=9, choices=PaidBy.choices, db_default=PaidBy.ALLOWANCE)
    earner_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference", "ordinal"], name="one_record_a_call")
        ]
        indexes = [
            models.Index(fields=["organisation", "created_at"], name="usage_of_organisation"),
            # Rows come nearly in the order of time, and only checks ask for a time whoever it was.
            BrinIndex(fields=["created_at"], name="usage_by_time", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.reference}/{self.ordinal}"


class UsagePending(models.Model):
    """A record that is not summed up yet: written with it, removed with the sums that it joins.

    Numbers alone, of all organisations, so that a job claims them however many there are and whoever else writes.
    """

    record_id = models.BigIntegerField(primary_key=True)
    organisation_id = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.record_id)


class UsageSums(TenantModel):
    """What sums of an hour and of a day have in common. They can be made again from the records at any time."""

    organisation = models.ForeignKey(
        "organisations.Organisation", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    product = models.CharField(max_length=64, blank=True)
    product_name = models.CharField(max_length=160, blank=True)
    model = models.CharField(max_length=200)
    kind = models.CharField(max_length=16, db_default="chat")
    paid_by = models.CharField(
        max_length=9, choices=UsageRecord.PaidBy.choices, db_default=UsageRecord.PaidBy.ALLOWANCE
    )
    earner_id = models.BigIntegerField(null=True)
    answers = models.PositiveIntegerField()
    calls = models.PositiveIntegerField()
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    cached_tokens = models.BigIntegerField(db_default=0)
    reasoning_tokens = models.BigIntegerField(db_default=0)
    quantity = models.BigIntegerField(db_default=0)
    cost = models.BigIntegerField()

    class Meta(TenantModel.Meta):
        abstract = True


class UsageHourly(UsageSums):
    """An hour's use, summed up, whoever used it."""

    hour = models.DateTimeField()

    class Meta(UsageSums.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "hour", "product", "model", "kind", "paid_by", "earner_id"],
                name="one_sum_an_hour",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour} {self.model}"


class UsageDaily(UsageSums):
    """A day's use, summed up, by person and key. `posted`: how much of its cost is in the ledger."""

    day = models.DateField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    api_key_id = models.BigIntegerField(null=True)
    posted = models.BigIntegerField(db_default=0)

    class Meta(UsageSums.Meta):
        abstract = False
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "organisation",
                    "day",
                    "product",
                    "model",
                    "user",
                    "api_key_id",
                    "kind",
                    "paid_by",
                    "earner_id",
                ],
                name="one_sum_a_day",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(
                fields=["day"],
                condition=~Q(posted=F("cost")) & ~Q(paid_by="own_key"),
                name="usage_not_posted",
            ),
            models.Index(fields=["earner_id", "day"], name="usage_of_earner"),
            models.Index(fields=["organisation"], condition=Q(paid_by="metered"), name="usage_metered"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.model}"


class MeteringCheck(models.Model):
    """One look at whether sums, ledger and wallets agree with what they come from. `differences` holds figures and keys."""

    class State(models.TextChoices):
        AGREES = "agrees", _("All agrees")
        DIFFERS = "differs", _("Something differs")
        REPAIRED = "repaired", _("Repaired")

    state = models.CharField(max_length=8, choices=State.choices)
    first_day = models.DateField(null=True)
    records = models.BigIntegerField(default=0)
    found = models.PositiveIntegerField(default=0)
    differences = models.JSONField(default=list)
    started_at = models.DateTimeField(db_default=Now())
    seconds = models.FloatField(default=0)

    class Meta:
        indexes = [models.Index(fields=["-started_at"], name="metering_check_latest")]

    def __str__(self) -> str:
        return f"{self.started_at} {self.state}"
