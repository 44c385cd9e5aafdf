"""What may be spent in a month on whom or what, and what of it is kept for answers under way. Sums are integer micro-units."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Budget(TenantModel):
    """How much answers may cost in a calendar month, for one of whom or what a scope names.

    Attributes:
        subject: who or what it is: the key of a group or a person, the first of an API key's rotations, an assistant's
            public id. Empty where the scope says it already.
        name: an assistant's, when the budget was set.
        limit: micro-units a month.
        is_hard: whether answers stop there; otherwise people are only told.
        grace_percent: how much further than a hard limit answers still go.
    """

    class Scope(models.TextChoices):
        ORGANISATION = "organisation", _("The whole organisation")
        GROUP = "group", _("A group")
        MEMBER = "member", _("A person")
        EACH_MEMBER = "each_member", _("Each person")
        KEY = "key", _("An API key")
        ASSISTANT = "assistant", _("An assistant")
        VISITORS = "visitors", _("All visitors without an account")
        EACH_VISITOR = "each_visitor", _("Each visitor without an account")

    public_id = PublicIdField("bgt_")
    scope = models.CharField(max_length=12, choices=Scope.choices)
    subject = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=160, blank=True)
    limit = models.BigIntegerField()
    is_hard = models.BooleanField(default=True)
    grace_percent = models.PositiveSmallIntegerField(default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now())

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "scope", "subject"], name="one_budget_a_subject"),
            models.CheckConstraint(condition=models.Q(limit__gte=0), name="budget_not_negative"),
            models.CheckConstraint(
                condition=models.Q(grace_percent__lte=100), name="budget_grace_at_most_all"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject}".strip()


class BudgetMonth(TenantModel):
    """What one budget has used in one calendar month. It outlives the budget: one that is set again goes on from it.

    Attributes:
        subject: as the budget's; where each person or visitor has their own sum, theirs.
        alerted: the highest percentage of the limit that people were told of.
    """

    scope = models.CharField(max_length=12)
    subject = models.CharField(max_length=64, blank=True)
    month = models.DateField()
    reserved = models.BigIntegerField(default=0)
    spent = models.BigIntegerField(default=0)
    alerted = models.PositiveSmallIntegerField(db_default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "scope", "subject", "month"], name="one_sum_a_budget_and_month"
            ),
            models.CheckConstraint(
                condition=models.Q(reserved__gte=0, spent__gte=0), name="budget_month_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject} {self.month:%Y-%m}"


class BudgetHold(TenantModel):
    """What an answer under way keeps of every budget that it falls under. `months`: keys of their sums."""

    class State(models.TextChoices):
        HELD = "held", _("Held")
        SETTLED = "settled", _("Settled")
        RELEASED = "released", _("Released")

    reference = models.CharField(max_length=64)
    months = ArrayField(models.BigIntegerField())
    amount = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.HELD)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="one_budget_hold_a_reference")
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(state="held"), name="budget_hold_held"),
        ]

    def __str__(self) -> str:
        return self.reference
