"""The public face of those who make assistants, and what was proved about them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel


class CreatorPage(TenantModel):
    """An organisation's page as a creator."""

    public_id = PublicIdField("crt_")
    handle = models.SlugField(max_length=40, unique=True)
    # What the handle looks like: see store.creators.handles.
    skeleton = models.CharField(max_length=40, db_index=True, default="")
    name = models.CharField(max_length=120)
    about = models.TextField(max_length=2000, blank=True)
    links = models.JSONField(default=list)
    picture_seed = models.CharField(max_length=64)
    is_public = models.BooleanField(default=False)
    # The domain that was proved last, as long as it is.
    verified_domain = models.CharField(max_length=253, blank=True)
    followers = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="creator_page_once")]

    def __str__(self) -> str:
        return self.handle


class OldHandle(TenantModel):
    """A handle that a creator had before; for a while it leads to the new one, and nobody else gets it."""

    handle = models.SlugField(max_length=40, unique=True)
    skeleton = models.CharField(max_length=40, db_index=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.handle


class DomainProof(TenantModel):
    """A domain that an organisation says is its own, and how it proves that."""

    class Method(models.TextChoices):
        DNS = "dns", _("A TXT record")
        EMAIL = "email", _("An address at the domain")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        PROVED = "proved", _("Proved")
        LOST = "lost", _("Not proved any more")

    public_id = PublicIdField("dom_")
    domain = models.CharField(max_length=253)
    method = models.CharField(max_length=8, choices=Method)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    # What the TXT record has to hold; public once it stands there.
    challenge = models.CharField(max_length=64)
    # The address that was written to, and a hash of what was sent there.
    address = models.EmailField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    # When it was last found, which for an e-mail is when the link was opened.
    seen_at = models.DateTimeField(null=True)
    # Since when a look-up is under way; null where none is.
    checking_at = models.DateTimeField(null=True)
    # What was wrong the last time: a code of store.creators.domains.
    problem = models.CharField(max_length=20, blank=True)
    misses = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "domain", "method"], name="domain_proof_once")
        ]
        indexes = [
            models.Index(fields=["domain"], condition=models.Q(state="proved"), name="domain_proved"),
            models.Index(fields=["state", "checked_at"], name="domain_proof_due"),
        ]

    def __str__(self) -> str:
        return self.domain


class Follow(TenantModel):
    """That somebody wants to hear of a creator's new assistants."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    creator_id = models.CharField(max_length=48, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "creator_id"], name="follow_once")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.creator_id}"
