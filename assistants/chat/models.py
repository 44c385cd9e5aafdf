"""Conversations belong to the person who has them and to that person's organisation; creators never see them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistants.turns.models import Turn
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Conversation(TenantModel):
    """One person's conversation with one assistant."""

    public_id = PublicIdField("conv_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The assistant lives in its creator's organisation: a reference, and a copy of how it looked at the start.
    reference = models.CharField(max_length=80)
    assistant_id = models.CharField(max_length=48)
    assistant_name = models.CharField(max_length=120)
    picture = models.CharField(max_length=200, blank=True)
    # The version it goes on with, since when; empty for a draft, or before the first question of an old one.
    version_id = models.CharField(max_length=48, blank=True)
    version_number = models.PositiveIntegerField(null=True)
    version_since = models.DateTimeField(null=True)
    title = models.CharField(max_length=120, blank=True)
    # A starter that was clicked, to be asked as soon as the page is there.
    opening = models.CharField(max_length=500, blank=True)
    leaf = models.ForeignKey("Message", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "user", "-updated_at", "-id"], name="conversation_recent"),
            models.Index(
                fields=["version_id", "created_at"],
                condition=~models.Q(version_id=""),
                name="conversation_version",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.assistant_name


class Message(TenantModel):
    """A question, or an answer whose text its turn holds. Parents make a tree: editing and regenerating branch it."""

    class Role(models.TextChoices):
        USER = "user", _("You")
        ASSISTANT = "assistant", _("Assistant")

    class Feedback(models.TextChoices):
        UP = "up", _("Good answer")
        DOWN = "down", _("Bad answer")

    public_id = PublicIdField("msg_")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    role = models.CharField(max_length=10, choices=Role.choices)
    text = models.TextField(blank=True)
    turn = models.ForeignKey(Turn, null=True, on_delete=models.CASCADE, related_name="+")
    feedback = models.CharField(max_length=4, choices=Feedback.choices, blank=True)
    feedback_text = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["conversation", "id"], name="message_order")]

    def __str__(self) -> str:
        return str(self.public_id)
