"""What an organisation may spend in a month, how many people it may have and how much knowledge it may keep."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from kernel.models import TenantModel


class Plan(models.Model):
    """What an organisation on it may spend in a month, how many people it may have and how much knowledge it may keep.

    It is the installation's. A limit that is null is none, but for `overage_limit`.

    Attributes:
        price: micro-units a month; 0 for nothing.
        features: codes of what it includes, as `billing.plans.FEATURES` names them.
        overage: whether answers go on that the allowance has too little left for.
        overage_paid_by: what pays for them: the wallet at once, or the invoice of a subscription that counts use. Where the
            organisation has no such subscription, the wallet.
        overage_limit: micro-units that may come on the invoice in a calendar month; null where the wallet pays.
        own_key_fee: micro-units an answer by a model that the organisation's own key pays for.
        creator_share_bp: the part of a payment that creators on it keep, in basis points; null for the installation's.
        pool: whether it opens products that are included in paying plans.
    """

    class OveragePaidBy(models.TextChoices):
        WALLET = "wallet", _("The wallet")
        METERED = "metered", _("The plan's invoice")

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    monthly_allowance = models.BigIntegerField(_("monthly allowance"))
    member_limit = models.PositiveIntegerField(_("people at most"), null=True)
    knowledge_files = models.PositiveIntegerField(_("sources at most"), null=True)
    knowledge_bytes = models.PositiveBigIntegerField(_("bytes of knowledge at most"), null=True)
    knowledge_passages = models.PositiveIntegerField(_("passages at most"), null=True)
    price = models.BigIntegerField(_("price a month"), db_default=0)
    features = ArrayField(models.CharField(max_length=40), verbose_name=_("includes"), default=list)
    overage = models.BooleanField(_("use beyond the allowance"), db_default=False)
    overage_paid_by = models.CharField(
        _("what pays for it"), max_length=7, choices=OveragePaidBy.choices, db_default=OveragePaidBy.WALLET
    )
    overage_limit = models.BigIntegerField(_("on the invoice at most"), null=True)
    own_key_fee = models.BigIntegerField(_("fee an answer by an own key"), db_default=0)
    creator_share_bp = models.PositiveSmallIntegerField(_("creators keep, in basis points"), null=True)
    pool = models.BooleanField(_("opens the pool"), db_default=False)
    is_default = models.BooleanField(_("default"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(_("archived"), null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(monthly_allowance__gte=0), name="plan_allowance_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0, own_key_fee__gte=0), name="plan_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(overage_paid_by="wallet")
                | models.Q(overage_limit__isnull=False, overage_limit__gt=0),
                name="plan_invoice_has_a_limit",
            ),
            models.CheckConstraint(
                condition=models.Q(creator_share_bp=None) | models.Q(creator_share_bp__lte=10_000),
                name="plan_share_at_most_all",
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
