"""People. They belong to no organisation by themselves; memberships tie them to some."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from kernel.ids import PublicIdField


class UserManager(BaseUserManager["User"]):
    """Makes people; the e-mail address is the login."""

    def create_user(self, email: str, password: str | None = None, **values: Any) -> "User":
        """Save a new person; the address is kept in lower case, so that it exists once."""
        user = self.model(email=self.normalize_email(email).lower(), **values)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **values: Any) -> "User":
        """Save a new member of the platform's staff."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **values)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can sign in."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("As the system")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    class StaffRole(models.TextChoices):
        OPERATOR = "operator", _("Operator")
        MODERATOR = "moderator", _("Moderator")
        FINANCE = "finance", _("Finance")

    public_id = PublicIdField("usr_")
    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    theme = models.CharField(max_length=8, choices=Theme.choices, default=Theme.SYSTEM)
    # Where the person acted last, so that the next sign-in starts there. A number: organisations are a room above.
    last_organisation_id = models.BigIntegerField(null=True, editable=False)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    # What somebody of the platform's staff looks after; set by command only.
    staff_role = models.CharField(max_length=10, choices=StaffRole, blank=True)
    # Counts how often the person signed out everywhere: sessions of an earlier count are void.
    session_generation = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.display_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        salt = "accounts.User.session"
        return salted_hmac(
            salt, f"{self.password}:{self.session_generation}", secret=secret, algorithm="sha256"
        ).hexdigest()

    @property
    def display_name(self) -> str:
        """What others see: the name, or the part of the address before the @."""
        return self.name or self.email.partition("@")[0]


class SecurityEvent(models.Model):
    """One line of what happened to a person's own account: signing in, passwords, second factors. Rows are only added."""

    public_id = PublicIdField("sec_")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["user", "-created_at", "-id"], name="security_event_recent")]

    def __str__(self) -> str:
        return self.kind


class StaffAction(models.Model):
    """One line of what the platform's staff did outside any one organisation. Rows are only added."""

    public_id = PublicIdField("sta_")
    staff = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    staff_label = models.CharField(max_length=160)
    action = models.CharField(max_length=80)
    target_type = models.CharField(max_length=60, blank=True)
    target_id = models.CharField(max_length=60, blank=True)
    target_label = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["-created_at", "-id"], name="staff_action_recent")]

    def __str__(self) -> str:
        return f"{self.staff_label} {self.action}"
