"""Questions that an assistant has to answer well."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistants.building.models import Assistant
from kernel.ids import PublicIdField
from kernel.models import TenantModel

MAX_QUESTION = 32_000
MAX_EXPECTED = 4000


class TestCase(TenantModel):
    """A question that was kept, and what a good answer to it holds, in words."""

    class Source(models.TextChoices):
        PREVIEW = "preview", _("From the preview")
        BUILDER = "builder", _("Proposed by the builder")
        HAND = "hand", _("Written by hand")

    public_id = PublicIdField("test_")
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="+")
    question = models.TextField()
    expected = models.TextField(blank=True)
    source = models.CharField(max_length=8, choices=Source, default=Source.HAND)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["assistant", "-created_at", "-id"], name="test_case_recent")]

    def __str__(self) -> str:
        return str(self.public_id)
