"""E-mails that tell people what happened. They hold titles and bodies of notifications and nothing else."""

from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from events.models import Notification
from events.unsubscribing import DIGEST, link_for

SHOWN = 50


def notice_mail(user: User, notification: Notification) -> EmailMultiAlternatives:
    """The e-mail that goes out at once for one notification."""
    with translation.override(user.locale or settings.LANGUAGE_CODE):
        return _mail(user, notification.title_words, [notification], notification.kind)


def digest_mail(user: User, notifications: Sequence[Notification]) -> EmailMultiAlternatives:
    """The e-mail that goes out once a day."""
    count = len(notifications)
    with translation.override(user.locale or settings.LANGUAGE_CODE):
        subject = ngettext("%(count)d notification", "%(count)d notifications", count) % {"count": count}
        return _mail(user, subject, notifications, DIGEST)


def _mail(user: User, subject: str, rows: Sequence[Notification], kind: str) -> EmailMultiAlternatives:
    unsubscribe = link_for(user, kind)
    context = {
        "subject": subject,
        "notifications": [
            (row, f"{settings.PUBLIC_URL}{reverse('events:open', args=[row.public_id])}")
            for row in rows[:SHOWN]
        ],
        "more": max(0, len(rows) - SHOWN),
        "inbox": f"{settings.PUBLIC_URL}{reverse('events:inbox')}",
        "preferences": f"{settings.PUBLIC_URL}{reverse('events:preferences')}",
        "unsubscribe": unsubscribe,
        "public_url": settings.PUBLIC_URL,
        "greeting": _("Hello %(name)s,") % {"name": user.display_name},
        "lang": translation.get_language(),
    }
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=render_to_string("events/email/notifications.txt", context).strip() + "\n",
        to=[user.email],
        # RFC 8058: mail programs offer a button that posts to this address.
        headers={
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(render_to_string("events/email/notifications.html", context), "text/html")
    return message
