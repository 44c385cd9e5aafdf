"""Calls of actions: asked about before, and written down afterwards. They belong to the organisation of who asked."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistants.turns.models import Turn
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Confirmation(TenantModel):
    """One call that waits for a person's word, with exactly what it would send."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        ALLOWED = "allowed", _("Allowed")
        DENIED = "denied", _("Refused")
        MADE = "made", _("Made")

    class Reason(models.TextChoices):
        TAINT = "taint", _("What was read for this answer came from outside")
        POLICY = "policy", _("The organisation asks for it")
        CONSEQUENTIAL = "consequential", _("It cannot be taken back easily")
        WRITES = "writes", _("It changes something outside")

    public_id = PublicIdField("conf_")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="confirmations")
    call_id = models.CharField(max_length=200)
    # The action lies in its creator's organisation: public ids, and a copy of what the person is shown.
    action_id = models.CharField(max_length=48)
    operation = models.CharField(max_length=120)
    # What is asked, in its public form, with the arguments as the model gave them.
    document = models.JSONField()
    reason = models.CharField(max_length=14, choices=Reason.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    # As they are sent: edited by the person, or as they were asked about.
    arguments = models.JSONField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["turn", "call_id"], name="one_confirmation_a_call")]

    def __str__(self) -> str:
        return str(self.public_id)


class AlwaysAllow(TenantModel):
    """A person's word that an operation may go on being called in one conversation, on one host."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # What the turns of one conversation have in common; its room lies above.
    thread_id = models.CharField(max_length=48)
    action_id = models.CharField(max_length=48)
    operation = models.CharField(max_length=120)
    host = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["user", "thread_id", "action_id", "operation", "host"], name="one_always_an_operation"
            )
        ]

    def __str__(self) -> str:
        return self.operation


class ActionCall(TenantModel):
    """What was called: who, which version, where, with what, and what came of it.

    The database keeps a row as it was written for `LEAST_DAYS`; only the person in it may be forgotten.
    """

    LEAST_DAYS = 30

    class Outcome(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        FAILED = "failed", _("Failed")
        REFUSED = "refused", _("Not made")
        DENIED = "denied", _("Refused by the person")

    public_id = PublicIdField("acall_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    api_key_id = models.BigIntegerField(null=True)
    turn_id = models.CharField(max_length=48, blank=True)
    surface = models.CharField(max_length=8)
    assistant_id = models.CharField(max_length=48)
    assistant_name = models.CharField(max_length=120)
    version_id = models.CharField(max_length=48, blank=True)
    creator_organisation_id = models.BigIntegerField(null=True)
    action_id = models.CharField(max_length=48)
    action_name = models.CharField(max_length=120)
    operation = models.CharField(max_length=120)
    method = models.CharField(max_length=8)
    host = models.CharField(max_length=255)
    # Without secrets, long values cut.
    arguments = models.JSONField(default=dict)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    status = models.PositiveIntegerField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    tainted = models.BooleanField(default=False)
    confirmation_id = models.CharField(max_length=48, blank=True)
    connection_id = models.CharField(max_length=48, blank=True)
    bytes_sent = models.PositiveIntegerField(default=0)
    bytes_received = models.PositiveBigIntegerField(default=0)
    milliseconds = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="action_call_recent"),
            models.Index(fields=["organisation", "user", "-created_at", "-id"], name="action_call_of_person"),
            models.Index(
                fields=["organisation", "assistant_id", "-created_at", "-id"], name="action_call_of_assistant"
            ),
            models.Index(fields=["organisation", "host", "-created_at", "-id"], name="action_call_of_host"),
            models.Index(fields=["created_at"], name="action_call_age"),
            models.Index(fields=["action_id", "-created_at"], name="action_call_of_action"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
