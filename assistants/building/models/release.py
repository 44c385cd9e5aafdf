"""Versions that stay as they are, the publication that people use, and how one version follows another there."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistants.building.models.assistant import Assistant
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Version(TenantModel):
    """A definition as it was published, with the documents it knew. Rows are only ever added."""

    public_id = PublicIdField("ver_")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    specification = models.JSONField()
    manifest = models.JSONField(default=list)
    # The revisions of its actions, by the actions' public ids.
    revisions = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=1000, blank=True)
    # What readers of the listing are told about it; the note is for those who build.
    changes = models.CharField(max_length=1000, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    author_name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["assistant", "number"], name="version_number_once")]

    def __str__(self) -> str:
        return f"{self.assistant_id} v{self.number}"


class Publication(TenantModel):
    """The runnable face of an assistant: what chats, the store and the OpenAI-compatible API read."""

    class Visibility(models.TextChoices):
        PRIVATE = "private", _("Only those it is shared with")
        ORGANISATION = "organisation", _("The organisation")
        LINK = "link", _("Anyone with the link")
        PUBLIC = "public", _("The public store")

    class State(models.TextChoices):
        LIVE = "live", _("Live")
        UNPUBLISHED = "unpublished", _("Unpublished")
        SUSPENDED = "suspended", _("Suspended")

    public_id = PublicIdField("pub_")
    assistant = models.OneToOneField(Assistant, on_delete=models.CASCADE, related_name="publication")
    # Repeats the assistant's: whoever reads another organisation's publication does not see its assistant.
    assistant_public_id = models.CharField(max_length=48, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=80)
    tagline = models.CharField(max_length=120, blank=True)
    picture_seed = models.CharField(max_length=64)
    welcome_message = models.TextField(blank=True)
    starters = models.JSONField(default=list)
    language = models.CharField(max_length=32, blank=True)
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.PRIVATE)
    state = models.CharField(max_length=12, choices=State, default=State.LIVE)
    live_version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    disclosure = models.JSONField(default=dict)
    # What a question reads of an open roll-out; the Rollout row is its history.
    candidate = models.ForeignKey(Version, null=True, on_delete=models.SET_NULL, related_name="+")
    candidate_share = models.PositiveSmallIntegerField(default=0)
    # Public ids of versions that were rolled back: conversations leave them.
    withdrawn_versions = models.JSONField(default=list)
    # Conversations that began before this moment leave the version they began with.
    conversations_moved_at = models.DateTimeField(null=True)
    # Whether others may begin an assistant of their own from the live version, with attribution.
    forkable = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "visibility"], name="publication_visible")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_live(self) -> bool:
        """Whether anybody may use it now."""
        return self.state == self.State.LIVE

    @property
    def reaches_others(self) -> bool:
        """Whether more people than its builders may use it."""
        return self.is_live and self.visibility != self.Visibility.PRIVATE

    @property
    def writes_outside(self) -> bool:
        """Whether it may change something at a host that it calls."""
        return any(host.get("writes") for host in self.disclosure.get("hosts", ()))

    @property
    def facts(self) -> dict[str, Any]:
        """Its present standing, for events and logs."""
        return {
            "publication": self.public_id,
            "slug": self.slug,
            "visibility": self.visibility,
            "state": self.state,
        }


class Release(TenantModel):
    """A version that went live on a publication: the change log. Rows are only ever added."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", _("Published")
        SCHEDULED = "scheduled", _("Published on schedule")
        PROMOTED = "promoted", _("Promoted after a staged roll-out")
        ROLLED_BACK = "rolled_back", _("Rolled back")

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="releases")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="releases")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.PUBLISHED)
    # Whether running conversations went over to it too.
    moves_conversations = models.BooleanField(default=False)
    by_name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["publication", "-id"], name="release_recent")]

    def __str__(self) -> str:
        return f"{self.publication_id} {self.version_id} {self.kind}"


class Rollout(TenantModel):
    """A staged roll-out: a share of new conversations gets a candidate version while the others keep the live one."""

    class Outcome(models.TextChoices):
        PROMOTED = "promoted", _("Promoted")
        ROLLED_BACK = "rolled_back", _("Rolled back")

    public_id = PublicIdField("roll_")
    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="rollouts")
    # The version that was live when it began, and the one that is tried.
    base = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    candidate = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    share = models.PositiveSmallIntegerField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    started_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["publication"], condition=models.Q(ended_at=None), name="one_open_rollout"
            ),
            models.CheckConstraint(condition=models.Q(share__gte=1, share__lte=99), name="share_in_percent"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def rest(self) -> int:
        """The share of new conversations that keeps the live version, in percent."""
        return 100 - self.share


class ScheduledRelease(TenantModel):
    """A version that goes live by itself at a moment."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    public_id = PublicIdField("sch_")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="scheduled_releases")
    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField()
    moves_conversations = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["assistant"], condition=models.Q(state="waiting"), name="one_waiting_release"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="scheduled_release_due")
        ]

    def __str__(self) -> str:
        return str(self.public_id)
