"""How an action signs its calls."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class AuthProfile(TenantModel):
    """How the calls of an action are signed, and whose credential signs them. It lies in its creator's organisation.

    `document` is an AuthSettings without its secrets. `origin` is the only place where a credential may be sent, as
    `https://host`. `consent` is a digest of all that people agree to when they connect: another one asks them again.
    `assistant_id` is the opaque public id of the assistant whose action it is, where there is one.
    """

    class Kind(models.TextChoices):
        NONE = "none", _("No credential")
        API_KEY = "api_key", _("API key")
        OAUTH2 = "oauth2", _("OAuth")

    class Owner(models.TextChoices):
        USER = "user", _("Everybody's own")
        ORGANISATION = "organisation", _("The organisation's")

    public_id = PublicIdField("auth_")
    kind = models.CharField(max_length=10, choices=Kind)
    owner = models.CharField(max_length=12, choices=Owner, default=Owner.USER)
    name = models.CharField(max_length=120)
    origin = models.CharField(max_length=300)
    assistant_id = models.CharField(max_length=48, blank=True)
    assistant_name = models.CharField(max_length=120, blank=True)
    document = models.JSONField(default=dict)
    consent = models.CharField(max_length=64)
    client_secret_encrypted = models.TextField(blank=True)
    hosts_confirmed = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [
            models.Index(fields=["organisation", "assistant_id"], name="auth_profile_of_assistant"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """Where it is used, as people read it."""
        return self.origin.partition("://")[2]

    @property
    def secret_row(self) -> str:
        """What its client secret is bound to."""
        return f"{self.organisation_id}/{self.public_id}"
