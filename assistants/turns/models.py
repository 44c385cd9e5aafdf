"""A turn: one answer being made, and the one place where the answer is kept."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Turn(TenantModel):
    """One answer, from the question to its end. Belongs to the organisation of the person who asked."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting to start")
        STREAMING = "streaming", _("Answering")
        WAITING = "waiting", _("Waiting for you")
        COMPLETE = "complete", _("Complete")
        STOPPED = "stopped", _("Stopped")
        FAILED = "failed", _("Failed")

    class Surface(models.TextChoices):
        CHAT = "chat", _("Chat")
        PREVIEW = "preview", _("Preview")
        API = "api", _("API")
        BUILDER = "builder", _("Builder")
        TRIAL = "trial", _("Try-out")
        REVIEW = "review", _("Moderator's test")

    OPEN_STATES = (State.PENDING, State.STREAMING)
    # Where question and answer are not kept in the database.
    UNKEPT = frozenset({Surface.API, Surface.TRIAL, Surface.REVIEW})

    public_id = PublicIdField("turn_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    api_key_id = models.BigIntegerField(null=True)
    # The message that shows this answer, in the room above.
    message_id = models.CharField(max_length=48, blank=True)
    # What the turns of one conversation have in common; empty where there is none.
    thread_id = models.CharField(max_length=48, blank=True)
    surface = models.CharField(max_length=8, choices=Surface.choices)
    # References across organisations are public ids without a foreign key.
    assistant_id = models.CharField(max_length=48)
    assistant_name = models.CharField(max_length=120)
    publication_id = models.CharField(max_length=48, blank=True)
    version_id = models.CharField(max_length=48, blank=True)
    creator_organisation_id = models.BigIntegerField()
    # A provider, a slash and the name of a model.
    model_id = models.CharField(max_length=210)
    # Where another model answered instead: the name of this one, and id and name of the one that did not.
    fallback = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.STREAMING)
    # The process that makes the answer; its heartbeat tells the sweeper whether anybody still does.
    runner = models.CharField(max_length=48, blank=True)
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    # The reasoning that was shown before the answer, a step an entry.
    steps = models.JSONField(default=list)
    citations = models.JSONField(default=list)
    tool_calls = models.JSONField(default=list)
    # What holding the answer against its sources gave; empty where nobody asked for that.
    verification = models.JSONField(null=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    prompt_tokens = models.PositiveIntegerField(default=0)
    input_tokens = models.PositiveIntegerField(default=0)
    output_tokens = models.PositiveIntegerField(default=0)
    price = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(state__in=["pending", "streaming"]),
                name="turn_open",
            ),
            # What a version is measured by, beside others.
            models.Index(
                fields=["version_id", "created_at"],
                condition=~models.Q(version_id=""),
                name="turn_version",
            ),
            # What has ended since it was counted last, for those who are asked about their assistants.
            models.Index(
                fields=["finished_at"],
                condition=~models.Q(publication_id="") & models.Q(finished_at__isnull=False),
                name="turn_finished",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def public_state(self) -> str:
        """Its state as clients read it: one that waits wants something of them."""
        return "requires_action" if self.state == self.State.WAITING else str(self.state)

    @property
    def is_open(self) -> bool:
        """Whether the answer is still being made."""
        return self.state in self.OPEN_STATES or self.state == self.State.WAITING

    @property
    def limit_message(self) -> str:
        """Which limit ended an answer that is kept as far as it came; empty where none did."""
        return self.error_message if self.state == self.State.STOPPED else ""


class Suspension(TenantModel):
    """A turn that waits for a person: what is asked, and everything that going on needs. Gone when it does, or ends."""

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="suspension")
    # What is asked, in its public form, each with `answered`.
    requests = models.JSONField(default=list)
    state = models.JSONField()
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["expires_at"], name="suspension_expiry")]

    def __str__(self) -> str:
        return str(self.turn_id)
