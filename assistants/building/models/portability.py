"""What became of a definition that somebody brought along."""

from django.db import models

from assistants.building.models.assistant import Assistant
from kernel.models import TenantModel


class ImportReport(TenantModel):
    """What came over and what did not, when an assistant was made out of a file. Rows are only ever added.

    `mapped` holds `{given, field}` for each thing that has a place here, `missing`
    `{given, name, reason, text, advice}` for each that has none, its text word for word.
    """

    assistant = models.OneToOneField(Assistant, on_delete=models.CASCADE, related_name="import_report")
    format = models.CharField(max_length=20)
    name = models.CharField(max_length=200, blank=True)
    mapped = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.name} · {self.format}"
