"""An organisation's own store: its departments, what everybody has to have, and what it takes from the public store."""

from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from organisations.models import Group


class Department(TenantModel):
    """A shelf of an organisation's directory."""

    public_id = PublicIdField("dep_")
    name = models.CharField(max_length=80)
    order = models.PositiveIntegerField(default=0)
    # Who may put listings on it; null leaves that to whoever may publish.
    publishers = models.ForeignKey(Group, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="department_name_once")]

    def __str__(self) -> str:
        return self.name


class AllowedListing(TenantModel):
    """A listing of the public store that an organisation lets its people use."""

    listing_id = models.CharField(max_length=48)
    publication_id = models.CharField(max_length=48)
    note = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "listing_id"], name="allowed_listing_once")
        ]
        indexes = [models.Index(fields=["organisation", "publication_id"], name="allowed_publication")]

    def __str__(self) -> str:
        return self.listing_id


class Requirement(TenantModel):
    """A listing that is pinned for a group, or for everybody, and cannot be taken off."""

    public_id = PublicIdField("req_")
    listing_id = models.CharField(max_length=48)
    publication_id = models.CharField(max_length=48)
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "listing_id", "group"],
                name="requirement_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.listing_id
