"""Write to a person about something that happened to their account."""

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

from accounts.devices import device_name
from accounts.models import SecurityEvent
from accounts.security import about, words_of


def send_security_notice(*, event_id: int, language: str) -> bool:
    """Send the e-mail about a security event to the person's main address.

    Returns:
        Whether one was sent; none where the person is gone.
    """
    event = SecurityEvent.objects.filter(pk=event_id).select_related("user").first()
    if event is None:
        return False
    with translation.override(language or settings.LANGUAGE_CODE):
        message = _message(event)
    message.send()
    return True


def _message(event: SecurityEvent) -> EmailMessage:
    context = {
        "event": event,
        "user": event.user,
        "what": words_of(event.kind).text,
        "about": about(event.detail),
        "device": device_name(event.user_agent),
        "link": f"{settings.PUBLIC_URL}/account/security",
        "public_url": settings.PUBLIC_URL,
    }
    subject = " ".join(render_to_string("accounts/email/security_subject.txt", context).split())
    body = render_to_string("accounts/email/security_message.txt", context).strip() + "\n"
    return EmailMessage(subject=subject, body=body, to=[event.user.email])
