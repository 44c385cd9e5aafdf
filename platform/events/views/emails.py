"""How a person hears of things by e-mail."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.queries import email_is_verified
from events.actions.choose_emails import OFF, choose_emails, end_digest
from events.models import NotificationChoice
from events.queries import choices_of, kinds_by_name
from events.unsubscribing import DIGEST, subscription_of


@require_safe
@login_required
@never_cache
def preferences(request: HttpRequest) -> HttpResponse:
    """Show every kind of notification with its choice."""
    user = cast(User, request.user)
    context = {
        "choices": choices_of(user),
        "ways": NotificationChoice.Email.choices,
        "verified": email_is_verified(user),
    }
    return render(request, "events/preferences.html", context)


@require_POST
@login_required
def preferences_save(request: HttpRequest) -> HttpResponse:
    """Save the choices."""
    chosen = {kind: request.POST[kind] for kind in kinds_by_name() if kind in request.POST}
    choose_emails(user=cast(User, request.user), choices=chosen)
    messages.success(request, _("Saved."))
    return redirect("events:preferences")


# A mail program that offers "unsubscribe" posts here without a session: what the link may do is in its signature.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """End e-mails of the link's kind. Opening the link only asks: programs that look at links must not answer."""
    subscription = subscription_of(token)
    known = kinds_by_name().get(subscription.kind)
    if request.method == "POST":
        if subscription.kind == DIGEST:
            end_digest(user=subscription.user)
        elif known:
            choose_emails(user=subscription.user, choices={known.kind: OFF.value})
    context = {"label": known.label if known else "", "done": request.method == "POST"}
    return render(request, "events/unsubscribe.html", context)
