"""Files that calls of actions gave; they belong to the organisation of who asked."""

from django.conf import settings
from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class ActionFile(TenantModel):
    """A file that came with an answer from outside. Its bytes lie in storage, under its own id."""

    public_id = PublicIdField("file_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    api_key_id = models.BigIntegerField(null=True)
    # The turn and its conversation, in whatever room: public ids.
    turn_id = models.CharField(max_length=48)
    thread_id = models.CharField(max_length=48, blank=True)
    action_name = models.CharField(max_length=120)
    host = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    mime_type = models.CharField(max_length=120)
    size = models.PositiveIntegerField()
    storage_key = models.CharField(max_length=200)
    # While its conversation is in the bin.
    hidden = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "thread_id"], name="action_file_of_thread"),
            models.Index(fields=["created_at"], name="action_file_age"),
        ]

    def __str__(self) -> str:
        return self.name
