"""Consents that are under way, and who we are at authorization servers."""

from django.conf import settings
from django.db import models

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class OAuthAttempt(TenantModel):
    """One journey to an authorization server and back. Works once, for ten minutes, for the person in the session, or
    with the API key, that began it, and for the profile as it was then (`consent`).

    Of `state` only a hash is kept; the PKCE verifier is encrypted.
    """

    public_id = PublicIdField("oatt_")
    state_hash = models.CharField(max_length=64, unique=True)
    verifier_encrypted = models.TextField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    session_hash = models.CharField(max_length=64, blank=True)
    api_key_id = models.BigIntegerField(null=True)
    profile_id = models.CharField(max_length=48)
    profile_organisation_id = models.BigIntegerField()
    consent = models.CharField(max_length=64)
    redirect_uri = models.CharField(max_length=400)
    return_to = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["expires_at"], name="oauth_attempt_expiry")]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def secret_row(self) -> str:
        """What its verifier is bound to."""
        return f"{self.organisation_id}/{self.public_id}"


class OAuthClient(TenantModel):
    """What an authorization server knows us as, for one organisation: registered there by ourselves."""

    public_id = PublicIdField("ocl_")
    issuer = models.CharField(max_length=300)
    client_id = models.CharField(max_length=300)
    client_secret_encrypted = models.TextField(blank=True)
    token_auth = models.CharField(max_length=8, default="none")
    redirect_uri = models.CharField(max_length=400)
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "issuer", "redirect_uri"], name="oauth_client_once_an_issuer"
            )
        ]

    def __str__(self) -> str:
        return self.issuer

    @property
    def secret_row(self) -> str:
        """What its secret is bound to."""
        return f"{self.organisation_id}/{self.public_id}"
