"""Where an organisation's assistants search the web."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class SearchProvider(TenantModel):
    """The organisation's own provider of web search, in the place of the installation's."""

    class Kind(models.TextChoices):
        SEARXNG = "searxng", "SearXNG"
        BRAVE = "brave", "Brave Search"
        TAVILY = "tavily", "Tavily"

    public_id = PublicIdField("wsp_")
    kind = models.CharField(_("provider"), max_length=8, choices=Kind.choices)
    # Of a SearXNG of their own; the others' own addresses where it is empty.
    url = models.CharField(_("address"), max_length=500, blank=True)
    key_encrypted = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="one_search_provider")]

    def __str__(self) -> str:
        return self.get_kind_display()

    @property
    def secret_row(self) -> str:
        """What its key is bound to."""
        return f"{self.organisation_id}/{self.public_id}"
