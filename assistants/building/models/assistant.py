"""What is built, and the one definition of it that is edited."""

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
    # What it was made from, where it was not begun empty: {kind, name, creator, …}. Attribution is never taken off.
    origin = models.JSONField(null=True, editable=False)
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
