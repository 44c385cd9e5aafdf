"""What an organisation allows, and what waits for a second person."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Policy(TenantModel):
    """What an organisation allows, as one typed document: see `organisations.policy`."""

    document = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="one_policy_an_organisation")]


class Approval(TenantModel):
    """Something that waits for a second person's word. What it does once approved: `kernel.registries.approval_kinds`."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    public_id = PublicIdField("apr_")
    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=48)
    subject_label = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    reason = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decision_reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "subject_id"],
                condition=models.Q(state="pending"),
                name="one_open_approval_a_subject",
            )
        ]
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="approval_recent")]

    def __str__(self) -> str:
        return self.subject_label
