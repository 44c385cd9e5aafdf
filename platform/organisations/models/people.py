"""Who belongs to an organisation, with which role, and the doors into it."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from organisations.permissions import ROLE_LABELS, ROLE_PERMISSIONS, Permission, Role, known_permissions

ROLE_CHOICES = [(role.value, ROLE_LABELS[role]) for role in Role]


class CustomRole(TenantModel):
    """A role of the organisation's own: a name for a set of permissions."""

    public_id = PublicIdField("role_")
    name = models.CharField(_("name"), max_length=60)
    description = models.CharField(_("description"), max_length=300, blank=True)
    permissions = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="one_custom_role_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def allowed(self) -> frozenset[Permission]:
        """Its permissions; names that are no longer known are left out."""
        return known_permissions(self.permissions)


class Membership(TenantModel):
    """A person's place in an organisation. A custom role, where there is one, counts instead of the built-in role."""

    public_id = PublicIdField("mem_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=12, choices=ROLE_CHOICES, default=Role.MEMBER)
    custom_role = models.ForeignKey(CustomRole, null=True, on_delete=models.PROTECT, related_name="+")
    suspended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_a_person"),
            models.CheckConstraint(
                condition=models.Q(custom_role=None) | models.Q(role=Role.MEMBER),
                name="a_custom_role_stands_alone",
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="membership_recent")]

    def __str__(self) -> str:
        return f"{self.user} · {self.role}"

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role allows."""
        return self.custom_role.allowed if self.custom_role else ROLE_PERMISSIONS[Role(self.role)]

    @property
    def role_label(self) -> str:
        """The role's name, as people read it."""
        return self.custom_role.name if self.custom_role else str(ROLE_LABELS[Role(self.role)])

    @property
    def role_key(self) -> str:
        """What names the role outside: a built-in one's name, or a custom one's id."""
        return self.custom_role.public_id if self.custom_role else self.role


class ShutDoor(TenantModel):
    """Somebody who was removed: an open door for their e-mail domain is shut to them; an invitation opens it again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="one_shut_door_a_person")
        ]


class Group(TenantModel):
    """Members who are given things together."""

    public_id = PublicIdField("grp_")
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint("organisation", Lower("name"), name="one_group_a_name")]
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="group_recent")]

    def __str__(self) -> str:
        return self.name


class GroupMembership(TenantModel):
    """Somebody's place in a group."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="places")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="places")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["group", "membership"], name="one_place_a_member_and_group")
        ]


class Invitation(TenantModel):
    """An open door for one e-mail address; only the hash of its token is kept."""

    public_id = PublicIdField("inv_")
    email = models.EmailField(_("e-mail"))
    role = models.CharField(max_length=12, choices=ROLE_CHOICES, default=Role.MEMBER)
    custom_role = models.ForeignKey(CustomRole, null=True, on_delete=models.SET_NULL, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_an_address",
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        """Whether its link still works."""
        return not self.accepted_at and not self.withdrawn_at and self.expires_at > timezone.now()

    @property
    def role_key(self) -> str:
        """What names the offered role outside."""
        return self.custom_role.public_id if self.custom_role else self.role

    @property
    def role_label(self) -> str:
        """The offered role's name, as people read it."""
        return self.custom_role.name if self.custom_role else str(ROLE_LABELS[Role(self.role)])
