"""What an organisation's administrators registered at the services of ready-made connectors."""

from django.conf import settings
from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class ConnectorClient(TenantModel):
    """The OAuth client under which an organisation is known at a connector's service: registered once, used by every builder.

    `connector` is the name of the connector's folder; `values` fill the places of its addresses, such as a domain of one's own.
    """

    public_id = PublicIdField("ccl_")
    connector = models.CharField(max_length=40)
    client_id = models.CharField(max_length=500)
    client_secret_encrypted = models.TextField(blank=True)
    values = models.JSONField(default=dict)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "connector"], name="one_client_a_connector")
        ]

    def __str__(self) -> str:
        return self.connector

    @property
    def secret_row(self) -> str:
        """What its secret is bound to."""
        return f"{self.organisation_id}/{self.public_id}"
