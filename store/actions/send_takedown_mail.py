"""Write to those who asked for a takedown: the link that confirms it, a receipt, and what came of it."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation

from kernel.tenancy import tenant_scope
from store.actions.request_takedown import fetched_secret
from store.models import Decision, Takedown
from store.moderation.reasons import reason_words

AGAINST = (Decision.Outcome.SUSPEND, Decision.Outcome.REQUEST_CHANGES)


def send_takedown_link(*, organisation_id: int, takedown_id: str) -> bool:
    """Send the link that confirms a request and shows how it stands; False where it was sent before."""
    secret = fetched_secret(takedown_id)
    request = _request(organisation_id, takedown_id)
    if not secret or request is None:
        return False
    address = f"{settings.PUBLIC_URL}{reverse('store:takedown_status', args=[secret])}"
    _send(request, "link", {"address": address})
    return True


def send_takedown_receipt(*, organisation_id: int, takedown_id: str) -> bool:
    """Say that a request has arrived, and until when it is looked at; False where that was said, or it is not confirmed.

    Raises:
        OSError: the mail server does not answer; it can be tried again.
    """
    request = _request(organisation_id, takedown_id)
    if request is None or request.case is None:
        return False
    return _send_once(request, "receipt", "received_at", {"due_at": request.case.due_at})


def send_takedown_outcome(*, organisation_id: int, takedown_id: str) -> bool:
    """Tell what was decided; False where nothing was, or it was told.

    Raises:
        OSError: the mail server does not answer; it can be tried again.
    """
    request = _request(organisation_id, takedown_id)
    if request is None or request.case is None:
        return False
    with tenant_scope(organisation_id):
        last = request.case.decisions.filter(is_final=True).exclude(outcome="note").order_by("-id").first()
    if last is None:
        return False
    more = {"upheld": last.outcome in AGAINST, "reasons": reason_words(last.reasons)}
    return _send_once(request, "outcome", "answered_at", more)


def _send_once(request: Takedown, which: str, mark: str, more: dict[str, object]) -> bool:
    """Send what is marked as sent first, in a transaction of its own: nobody gets it twice."""
    if not _mark(request, mark, timezone.now()):
        return False
    try:
        _send(request, which, more)
    except OSError:
        _mark(request, mark, None)
        raise
    return True


def _mark(request: Takedown, name: str, at: datetime | None) -> bool:
    with tenant_scope(request.organisation_id, durable=True):
        rows = Takedown.objects.for_organisation(request.organisation_id).filter(pk=request.pk)
        return bool(rows.filter(**{f"{name}__isnull": at is not None}).update(**{name: at}))


def _request(organisation_id: int, takedown_id: str) -> Takedown | None:
    with tenant_scope(organisation_id):
        rows = Takedown.objects.for_organisation(organisation_id).select_related("listing", "case")
        found: Takedown | None = rows.filter(public_id=takedown_id).first()
        return found


def _send(request: Takedown, which: str, more: dict[str, object]) -> None:
    with translation.override(request.language):
        _send_words(request, which, more)


def _send_words(request: Takedown, which: str, more: dict[str, object]) -> None:
    context = {"request": request, "name": request.listing.name, "public_url": settings.PUBLIC_URL, **more}
    subject = " ".join(render_to_string(f"store/email/takedown_{which}_subject.txt", context).split())
    body = render_to_string(f"store/email/takedown_{which}.txt", context).strip() + "\n"
    EmailMessage(subject=subject, body=body, to=[request.email]).send()
