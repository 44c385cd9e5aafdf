"""The conversation in which an assistant is built, and the changes of the draft that it made."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistants.building.models.assistant import Assistant
from assistants.turns.models import Turn
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class WorkshopMessage(TenantModel):
    """Something that was said in the Create tab of an assistant; an answer's text is its turn's while that runs."""

    class Role(models.TextChoices):
        USER = "user", _("You")
        BUILDER = "builder", _("Builder")

    public_id = PublicIdField("wmsg_")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="workshop_messages")
    role = models.CharField(max_length=8, choices=Role)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    text = models.TextField(blank=True)
    # The question of the guided interview that this asks or answers; empty in a conversation with a model.
    step = models.CharField(max_length=40, blank=True)
    turn = models.ForeignKey(Turn, null=True, on_delete=models.SET_NULL, related_name="+")
    # What an answer proposes beside its text: {knowledge: [{title, why}], tests: [question], answers: [text]}.
    suggestions = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["assistant", "id"], name="workshop_message_order")]

    def __str__(self) -> str:
        return str(self.public_id)


class DraftChange(TenantModel):
    """One field of a draft that the builder assistant changed, so that it can be shown and taken back by itself."""

    public_id = PublicIdField("chg_")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="draft_changes")
    message = models.ForeignKey(WorkshopMessage, null=True, on_delete=models.SET_NULL, related_name="changes")
    # The field's path in the definition, for example `profile.starters`.
    path = models.CharField(max_length=120)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When somebody looked at it and kept it, or took it back.
    kept_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["assistant", "-id"], name="draft_change_recent")]

    def __str__(self) -> str:
        return f"{self.path} · {self.public_id}"
