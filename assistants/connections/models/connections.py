"""Somebody's credential for an action."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistants.connections.models.profiles import AuthProfile
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Connection(TenantModel):
    """A credential of a person, or of an organisation (then without a person), for one way of signing calls.

    It lies in the organisation whose it is. The profile may be another organisation's, so it is named by its public id
    and that organisation's key, without a foreign key; what people must recognise is written down beside it.
    `origin` is where the credential may be sent, as it was when they agreed. `version` counts the credentials that it
    held; a process that renews one holds `lease` until `lease_until`. Ended ones wait for the provider to be told, and
    are deleted then.
    """

    class State(models.TextChoices):
        ACTIVE = "active", _("works")
        NEEDS_CONSENT = "needs_consent", _("asks you again")
        BROKEN = "broken", _("refused by the service")

    public_id = PublicIdField("con_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    profile_id = models.CharField(max_length=48)
    profile_organisation_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=AuthProfile.Kind)
    name = models.CharField(max_length=120)
    origin = models.CharField(max_length=300)
    assistant_name = models.CharField(max_length=120, blank=True)
    maker_name = models.CharField(max_length=120, blank=True)
    consent = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    secret_encrypted = models.TextField(blank=True)
    expires_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16, choices=State, default=State.ACTIVE)
    failure = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    lease = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    renewed_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    end_attempts = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "profile_id"],
                condition=Q(ended_at=None, user__isnull=False),
                name="connection_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["organisation", "profile_id"],
                condition=Q(ended_at=None, user=None),
                name="connection_once_an_organisation",
            ),
        ]
        indexes = [
            models.Index(fields=["profile_id"], name="connection_of_profile"),
            models.Index(fields=["ended_at"], condition=~Q(ended_at=None), name="connection_to_revoke"),
            models.Index(fields=["organisation", "user", "-created_at", "-id"], name="connection_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.host}"

    @property
    def host(self) -> str:
        """The service, as people read it."""
        return self.origin.partition("://")[2]

    @property
    def owner(self) -> str:
        """Whose it is: user or organisation."""
        return AuthProfile.Owner.USER if self.user_id else AuthProfile.Owner.ORGANISATION

    @property
    def secret_row(self) -> str:
        """What its credential is bound to: it cannot be read for another row or another organisation."""
        return f"{self.organisation_id}/{self.public_id}"
