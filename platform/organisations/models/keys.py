"""Keys for machines, and machines that act by themselves."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from organisations.permissions import Permission, known_permissions


class ServiceAccount(TenantModel):
    """A machine that acts by itself and belongs to no person; what it may do is a set of permissions."""

    public_id = PublicIdField("svc_")
    name = models.CharField(_("name"), max_length=80)
    permissions = models.JSONField(default=list)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="one_service_account_a_name")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def allowed(self) -> frozenset[Permission]:
        """Its permissions."""
        return known_permissions(self.permissions)


class ApiKey(TenantModel):
    """A key for machines, of a person or of a service account. Only its hash is kept, and its start to recognise it by.

    `allowed_assistants` holds public ids; empty means every assistant. `monthly_budget_micro` is in micro-units of the
    installation's currency. A key that was rotated names its successor and ends when the overlap does; `origin` is
    the first of such a chain, which shares one budget.
    """

    public_id = PublicIdField("key_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    service_account = models.ForeignKey(ServiceAccount, null=True, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=80)
    prefix = models.CharField(max_length=16)
    key_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    allowed_assistants = models.JSONField(default=list)
    monthly_budget_micro = models.BigIntegerField(null=True)
    successor = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    origin = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(service_account=None), name="a_key_has_one_holder"
            )
        ]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="api_key_recent")]

    def __str__(self) -> str:
        return self.name
