"""Matters that moderators decide, and what brought them up."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from store.models.listings import Listing
from store.models.reviews import Review


class Case(TenantModel):
    """One matter about one listing. It belongs to the listing's organisation; the platform's moderators decide it.

    Attributes:
        evidence: what was submitted as it was then, and what the automatic checks found.
        seconded: for a removal: who has to agree, until somebody else does.
    """

    class Kind(models.TextChoices):
        SUBMISSION = "submission", _("Wants to be listed")
        CHANGE = "change", _("Reaches further than before")
        REPORT = "report", _("Reported by users")
        REVIEW = "review", _("A review was reported")
        TAKEDOWN = "takedown", _("Somebody asks to take it down")
        APPEAL = "appeal", _("Appeals a decision")
        AUDIT = "audit", _("Looked at again")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        SECOND = "second", _("Waits for a second moderator")
        DECIDED = "decided", _("Decided")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    public_id = PublicIdField("case_")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="cases")
    review = models.ForeignKey(Review, null=True, on_delete=models.CASCADE, related_name="cases")
    # The case whose decision is appealed.
    about = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="appeals")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    # 0 is looked at first.
    urgency = models.PositiveSmallIntegerField(default=5)
    evidence = models.JSONField(default=dict)
    statement = models.TextField(max_length=4000, blank=True)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    taken_at = models.DateTimeField(null=True)
    # A colleague who was asked to look too.
    asked = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    due_at = models.DateTimeField(null=True)
    # When a removal that took effect at once ends, unless somebody else agrees before.
    lapses_at = models.DateTimeField(null=True)
    # When moderators were told that it waits, and that its time runs out.
    told_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["urgency", "due_at", "id"],
                condition=models.Q(state__in=("open", "second")),
                name="case_queue",
            ),
            models.Index(fields=["listing", "-id"], name="case_of_listing"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Decision(TenantModel):
    """What a moderator did about a case. Rows are only ever added."""

    class Outcome(models.TextChoices):
        APPROVE = "approve", _("Approve")
        REQUEST_CHANGES = "request_changes", _("Ask for changes")
        REJECT = "reject", _("Reject")
        SUSPEND = "suspend", _("Suspend")
        RESTORE = "restore", _("Restore")
        DISMISS = "dismiss", _("Dismiss")
        NOTE = "note", _("Note")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    outcome = models.CharField(max_length=16, choices=Outcome)
    # Codes of store.moderation.reasons.
    reasons = models.JSONField(default=list)
    # What the creator reads. The note is for moderators.
    message = models.TextField(max_length=4000, blank=True)
    note = models.TextField(max_length=4000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    by_name = models.CharField(max_length=120)
    # Whether it holds; a removal does once somebody else agreed.
    is_final = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["case", "id"], name="decision_of_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.outcome}"


class Report(TenantModel):
    """That somebody found something wrong with a listing or a review. Its creator never learns who it was."""

    public_id = PublicIdField("rep_")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="reports")
    review = models.ForeignKey(Review, null=True, on_delete=models.CASCADE, related_name="reports")
    case = models.ForeignKey(Case, null=True, on_delete=models.SET_NULL, related_name="reports")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # Of the organisation that the reporter acted in: many new accounts of one are no crowd.
    from_organisation = models.BigIntegerField(default=0)
    # Whether the account was new then.
    is_young = models.BooleanField(default=False)
    reason = models.CharField(max_length=24)
    text = models.TextField(max_length=2000, blank=True)
    weight = models.FloatField(default=1)
    # When its writer was told what came of it.
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "user"], condition=models.Q(review=None), name="report_once"
            ),
            models.UniqueConstraint(
                fields=["review", "user"], condition=models.Q(review__isnull=False), name="review_report_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Takedown(TenantModel):
    """What an outsider asks for, with whom they are and what they assert; it has a clock of its own.

    It has a case from when the outsider confirmed their address; requests about one listing share the open one. `digest` is
    of the secret in their link, `language` the one that they are written to in.
    """

    class Kind(models.TextChoices):
        COPYRIGHT = "copyright", _("Copyright")
        TRADEMARK = "trademark", _("Trade mark")
        PRIVACY = "privacy", _("Privacy")
        ILLEGAL = "illegal", _("Against the law")

    public_id = PublicIdField("tkd_")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="takedowns")
    case = models.ForeignKey(Case, null=True, on_delete=models.CASCADE, related_name="takedowns")
    kind = models.CharField(max_length=12, choices=Kind)
    name = models.CharField(max_length=120)
    email = models.EmailField()
    on_behalf_of = models.CharField(max_length=200, blank=True)
    what = models.TextField(max_length=4000)
    # That it is true and made in good faith.
    sworn = models.BooleanField(default=False)
    digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=32, default="en")
    confirmed_at = models.DateTimeField(null=True)
    # When they were sent the receipt, and what was decided.
    received_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.public_id)
