"""What every room's models are made of, and the kernel's own tables."""

from typing import ClassVar

from django.db import models

from kernel.tenancy import TenantManager


class TenantModel(models.Model):
    """A row that belongs to exactly one organisation."""

    organisation = models.ForeignKey("organisations.Organisation", on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[TenantManager] = TenantManager()
    unscoped = models.Manager()

    class Meta:
        abstract = True
        default_manager_name = "unscoped"
        base_manager_name = "unscoped"


class OutboxEvent(TenantModel):
    """A domain event, committed with the state that it announces and delivered afterwards."""

    kind = models.CharField(max_length=80)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["created_at"], condition=models.Q(delivered_at=None), name="outbox_undelivered"
            )
        ]


class FeatureSwitch(models.Model):
    """Something that the operator switches on or off for the whole installation; without a row it stands as its default."""

    name = models.SlugField(max_length=60, unique=True)
    on = models.BooleanField(default=True)
    note = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name
