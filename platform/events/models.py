"""What people are told, and how they want to be told."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from events.notices import worded
from kernel.ids import PublicIdField
from kernel.models import TenantModel


class Notification(TenantModel):
    """Something that one person is told about one organisation. `title` and `body` are translated when they are read.

    `title` and `body` hold `[msgid, params]`; `event_key` keeps an event that is delivered twice from telling twice.
    """

    public_id = PublicIdField("ntf_")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    title = models.JSONField()
    body = models.JSONField(null=True)
    url = models.CharField(max_length=300, blank=True)
    event_key = models.CharField(max_length=80)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)
    # When it is to go out by e-mail, and when it went; both null where the person wants none.
    email_due_at = models.DateTimeField(null=True)
    emailed_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "event_key"], name="one_notice_an_event")
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_recent"),
            models.Index(
                fields=["email_due_at"],
                condition=models.Q(emailed_at=None, email_due_at__isnull=False),
                name="notification_to_send",
            ),
        ]

    def __str__(self) -> str:
        return self.title_words

    @property
    def title_words(self) -> str:
        """What happened, in the active language."""
        return worded(self.title)

    @property
    def body_words(self) -> str:
        """More about it, in the active language; may be empty."""
        return worded(self.body)


class NotificationChoice(models.Model):
    """How a person wants to hear by e-mail of one kind of notification; without a row, as the kind itself says."""

    class Email(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Once a day")
        OFF = "off", _("Never")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    email = models.CharField(max_length=8, choices=Email)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="one_choice_a_kind")]
