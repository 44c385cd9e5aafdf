"""Organisations, who belongs to them, keys, and the log of who did what."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField
from kernel.models import TenantModel
from organisations.permissions import LEVEL_LABELS, ROLE_LABELS, ROLE_PERMISSIONS, Level, Permission, Role

ROLE_CHOICES = [(role.value, ROLE_LABELS[role]) for role in Role]
LEVEL_CHOICES = [(level.value, LEVEL_LABELS[level]) for level in Level]


def known_permissions(names: list[str]) -> frozenset[Permission]:
    """Stored names of permissions as permissions; those that no longer exist are left out."""
    known = {permission.value: permission for permission in Permission}
    return frozenset(known[name] for name in names if name in known)


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


class Grant(TenantModel):
    """What a person or a group may do with one resource of a room above, which is named by its public id."""

    public_id = PublicIdField("grt_")
    resource_type = models.CharField(max_length=20)
    resource_id = models.CharField(max_length=48)
    membership = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="grants")
    group = models.ForeignKey(Group, null=True, on_delete=models.CASCADE, related_name="grants")
    level = models.CharField(max_length=4, choices=LEVEL_CHOICES)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(membership=None) ^ models.Q(group=None), name="a_grant_has_one_holder"
            ),
            models.UniqueConstraint(
                fields=["organisation", "resource_type", "resource_id", "membership"],
                condition=models.Q(group=None),
                name="one_grant_a_person_and_resource",
            ),
            models.UniqueConstraint(
                fields=["organisation", "resource_type", "resource_id", "group"],
                condition=models.Q(membership=None),
                name="one_grant_a_group_and_resource",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} · {self.level}"


class Policy(TenantModel):
    """What an organisation allows, as one typed document: see `organisations.policy`."""

    document = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["organisation"], name="one_policy_an_organisation")]


class Approval(TenantModel):
    """Something that waits for a second person's word. What it does once approved: `kernel.registries.approval_kinds`."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Refused")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        EXPIRED = "expired", _("Expired")

    public_id = PublicIdField("apr_")
    kind = models.CharField(max_length=40)
    subject_type = models.CharField(max_length=20)
    subject_id = models.CharField(max_length=48)
    subject_label = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    reason = models.CharField(max_length=1000, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decision_reason = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "kind", "subject_id"],
                condition=models.Q(state="pending"),
                name="one_open_approval_a_subject",
            )
        ]
        indexes = [models.Index(fields=["organisation", "-created_at", "-id"], name="approval_recent")]

    def __str__(self) -> str:
        return self.subject_label


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


class AuditEntry(TenantModel):
    """One line of the log of who did what. Rows are only ever added."""

    public_id = PublicIdField("aud_")
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
    )
    actor_label = models.CharField(max_length=160)
    api_key = models.CharField(max_length=48, blank=True)
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_label = models.CharField(max_length=200, blank=True)
    detail = models.JSONField(default=dict)
    # What the target was and became, by field; null where nothing of it is kept.
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    # The member of staff who acted as the actor, where one did.
    staff_label = models.CharField(max_length=160, blank=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        # Words are found through an index that a migration makes: see `organisations.audit_log`.
        indexes = [
            models.Index(fields=["organisation", "-created_at", "-id"], name="audit_recent"),
            models.Index(fields=["organisation", "action", "-created_at", "-id"], name="audit_by_action"),
            models.Index(
                fields=["organisation", "actor_label", "-created_at", "-id"], name="audit_by_person"
            ),
            models.Index(fields=["organisation", "target_id", "-created_at", "-id"], name="audit_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_label} {self.action}"


class AuditSeal(TenantModel):
    """A link of the chain over an organisation's audit log, made right after its entries: see `organisations.sealing`."""

    number = models.BigIntegerField()
    entry = models.ForeignKey(
        AuditEntry, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    entry_hash = models.CharField(max_length=64)
    chain_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "number"], name="one_seal_a_number"),
            models.UniqueConstraint(fields=["organisation", "entry"], name="one_seal_an_entry"),
        ]
