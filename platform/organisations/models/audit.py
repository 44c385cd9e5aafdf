"""The log of who did what, and the chain over it."""

from django.conf import settings
from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class AuditEntry(TenantModel):
    """One line of the log of who did what. Rows are only ever added."""

    public_id = PublicIdField("aud_")
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    actor_label = models.CharField(max_length=160)
    api_key = models.CharField(max_length=48, blank=True)
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    # What the target was and became, by field; null where nothing of it is kept.
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    # The member of staff who acted as the actor, where one did.
    staff_label = models.CharField(max_length=160, blank=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        # Words are found through an index that a migration makes: see `organisations.audit_log`.
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="audit_recent"),
            models.Index(fields=["organisation", "action", "-created_at", "-id"], name="audit_by_action"),
            models.Index(
                fields=["organisation", "actor_label", "-created_at", "-id"], name="audit_by_person"
            ),
            models.Index(fields=["organisation", "target_id", "-created_at", "-id"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action}"


class AuditSeal(TenantModel):
    """A link of the chain over an organisation's audit log, made right after its entries: see `organisations.sealing`."""

    number = models.BigIntegerField()
    entry = models.ForeignKey(
        AuditEntry, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    entry_hash = models.CharField(max_length=64)
    chain_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_seal_a_number"),
            models.UniqueConstraint(fields=["organisation", "entry"], name="one_seal_an_entry"),
        ]
