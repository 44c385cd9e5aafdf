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
    # Whether nothing is published before somebody has found its answer good.
    required = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["assistant", "-created_at", "-id"], name="test_case_recent")]

    def __str__(self) -> str:
        return str(self.public_id)


class TestRun(TenantModel):
    """What a draft answered to a test, and what somebody who read it thinks.

    Attributes:
        content_hash: of the draft as it was asked: see `assistants.building.specification.content_hash`.
        problem: why no answer came.
    """

    class Verdict(models.TextChoices):
        OPEN = "open", _("Not read yet")
        PASSED = "passed", _("Good")
        FAILED = "failed", _("Not good")

    public_id = PublicIdField("trn_")
    test = models.ForeignKey(TestCase, on_delete=models.CASCADE, related_name="runs")
    content_hash = models.CharField(max_length=64)
    answer = models.TextField(blank=True)
    problem = models.TextField(blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.OPEN)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["test", "content_hash", "-id"], name="test_run_latest")]

    def __str__(self) -> str:
        return str(self.public_id)
