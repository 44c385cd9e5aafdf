"""What people and groups may do with single resources of rooms above."""

from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from organisations.models.people import Group, Membership
from organisations.permissions import LEVEL_LABELS, Level

LEVEL_CHOICES = [(level.value, LEVEL_LABELS[level]) for level in Level]


class Grant(TenantModel):
    """What a person or a group may do with one resource of a room above, which is named by its public id."""

    public_id = PublicIdField("grt_")
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=48)
    membership = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="grants")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="grants")
    level = models.CharField(max_length=4, choices=LEVEL_CHOICES)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(membership=None) ^ models.Q(group=None), name="a_grant_has_one_holder"
            ),
            models.UniqueConstraint(
                fields=["organisation", "resource_type", "resource_id", "membership"],
                condition=models.Q(group=None),
                name="one_grant_a_person_and_resource",
            ),
            models.UniqueConstraint(
                fields=["organisation", "resource_type", "resource_id", "group"],
                condition=models.Q(membership=None),
                name="one_grant_a_group_and_resource",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} · {self.level}"
