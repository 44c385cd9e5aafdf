"""The tenant."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField


class Organisation(models.Model):
    """The tenant. Everybody has a personal one; everything belongs to exactly one."""

    class Kind(models.TextChoices):
        PERSONAL = "personal", _("Personal")
        TEAM = "team", _("Team")
        PLATFORM = "platform", _("Platform")

    public_id = PublicIdField("org_")
    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TEAM)
    # Repeats the policy's word, because every request asks for it.
    mfa_required = models.BooleanField(default=False)
    # Set by the platform's staff: nobody acts in it any more, and nothing of it is served.
    suspended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=models.Q(kind="platform"), name="one_platform_organisation"
            )
        ]

    def __str__(self) -> str:
        return self.name
