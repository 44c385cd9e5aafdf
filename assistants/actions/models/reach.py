"""What an assistant has reached outside with others' words, and by whose word it may."""

from django.db import models

from kernel.models import TenantModel


class Reach(TenantModel):
    """A host, or one writing operation there, that a version which others may use calls.

    `operation` and `route` (method and path) are empty for the host as such. Where the organisation's policy asks for it,
    somebody else has agreed before; `approval_id` says in which request. What stands here is not asked about again.
    """

    # The assistant lies above: its public id.
    assistant_id = models.CharField(max_length=48)
    host = models.CharField(max_length=255)
    operation = models.CharField(max_length=120, blank=True)
    route = models.CharField(max_length=500, blank=True)
    approval_id = models.CharField(max_length=48, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "assistant_id", "host", "operation", "route"], name="one_reach"
            )
        ]

    def __str__(self) -> str:
        return f"{self.host} {self.operation}".strip()
