"""Plans and allowances, what is reserved of them, and every use of a model. Sums are integer micro-units."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.models import TenantModel


class Plan(models.Model):
    """What an organisation on it may spend in a month, how many people it may have and how much knowledge it may keep.

    It is the installation's. A limit that is null is none.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    monthly_allowance = models.BigIntegerField(_("monthly allowance"))
    member_limit = models.PositiveIntegerField(_("people at most"), null=True)
    knowledge_files = models.PositiveIntegerField(_("sources at most"), null=True)
    knowledge_bytes = models.PositiveBigIntegerField(_("bytes of knowledge at most"), null=True)
    knowledge_passages = models.PositiveIntegerField(_("passages at most"), null=True)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(_("archived"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(monthly_allowance__gte=0), name="plan_allowance_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(member_limit=None) | models.Q(member_limit__gte=1),
                name="plan_has_room_for_one",
            ),
            models.CheckConstraint(
                condition=models.Q(is_default=False) | models.Q(archived_at=None),
                name="no_archived_plan_is_the_default",
            ),
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_plan"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class OrganisationPlan(TenantModel):
    """The plan that an organisation was put on; without a row it is on the default plan, where there is one."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation"], name="one_plan_an_organisation"),
        ]

    def __str__(self) -> str:
        return str(self.plan)


class AllowancePeriod(TenantModel):
    """What an organisation may spend in one calendar month, and how much of it is gone."""

    month = models.DateField()
    limit = models.BigIntegerField()
    reserved = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "month"], name="one_allowance_a_month"),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, spent__gte=0), name="allowance_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Reservation(TenantModel):
    """A part of the allowance that is kept for a call under way."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        SETTLED = "settled", _("Settled")
        RELEASED = "released", _("Released")

    reference = models.CharField(max_length=64)
    month = models.DateField()
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.HELD)
    user_id = models.BigIntegerField(null=True)
    api_key_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="one_reservation_a_reference")
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="held"), name="reservation_held")
        ]

    def __str__(self) -> str:
        return self.reference


class KeyMonth(TenantModel):
    """What an API key with a budget has used of it in one calendar month. `key_id` is the first of rotated keys."""

    key_id = models.BigIntegerField()
    month = models.DateField()
    reserved = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "key_id", "month"], name="one_sum_a_key_and_month"
            ),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, spent__gte=0), name="key_month_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key_id} {self.month:%Y-%m}"


class UsageRecord(TenantModel):
    """One call of a model with the price it was charged at. Rows are only ever added."""

    reference = models.CharField(max_length=64)
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16)
    product = models.CharField(max_length=64, blank=True)
    product_name = models.CharField(max_length=160, blank=True)
    model = models.CharField(max_length=200)
    provider = models.CharField(max_length=80)
    input_tokens = models.PositiveIntegerField()
    output_tokens = models.PositiveIntegerField()
    estimated = models.BooleanField(default=False)
    input_price = models.BigIntegerField(default=0)
    output_price = models.BigIntegerField(default=0)
    cost = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    user_id = models.BigIntegerField(null=True)
    api_key_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference", "ordinal"], name="one_record_a_call")
        ]
        indexes = [
            models.Index(fields=["organisation", "created_at"], name="usage_of_organisation"),
            models.Index(fields=["created_at"], name="usage_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.reference}/{self.ordinal}"


class UsageDaily(TenantModel):
    """A day's usage, summed up. Made again from the records, so that it can always be thrown away."""

    day = models.DateField()
    product = models.CharField(max_length=64, blank=True)
    product_name = models.CharField(max_length=160, blank=True)
    model = models.CharField(max_length=200)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    answers = models.PositiveIntegerField()
    calls = models.PositiveIntegerField()
    input_tokens = models.BigIntegerField()
    output_tokens = models.BigIntegerField()
    cost = models.BigIntegerField()
    rolled_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "day", "product", "model", "user"],
                name="one_sum_a_day",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.model}"
