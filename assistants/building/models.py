"""Assistants: the draft that is edited, the versions that stay as they are, and the publication that people use."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel

BIN_DAYS = 30


class Assistant(TenantModel):
    """What is built. `name` repeats the draft's, for lists and searches."""

    public_id = PublicIdField("asst_")
    name = models.CharField(max_length=80, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    source_set = models.OneToOneField("knowledge.SourceSet", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["organisation", "-updated_at", "-id"], name="assistant_recent")]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name, or words for one that has none yet."""
        return self.name or str(_("Untitled assistant"))


class Draft(TenantModel):
    """The one editable definition of an assistant; `revision` counts its changes."""

    assistant = models.OneToOneField(Assistant, on_delete=models.CASCADE, related_name="draft")
    specification = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.assistant_id} · {self.revision}"

    @property
    def etag(self) -> str:
        """The revision as an entity tag."""
        return f'"{self.revision}"'


class Version(TenantModel):
    """A definition as it was published, with the documents it knew. Rows are only ever added."""

    public_id = PublicIdField("ver_")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    specification = models.JSONField()
    manifest = models.JSONField(default=list)
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=1000, blank=True)
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
    def facts(self) -> dict[str, Any]:
        """Its present standing, for events and logs."""
        return {
            "publication": self.public_id,
            "slug": self.slug,
            "visibility": self.visibility,
            "state": self.state,
        }
