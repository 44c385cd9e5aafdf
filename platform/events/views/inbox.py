"""The bell and the page of all notifications."""

from contextlib import suppress
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from events.actions.mark_read import mark_all_read, mark_read
from events.queries import LATEST, access_notification, kinds_by_name, notifications_of
from kernel.errors import NotFound
from kernel.pagination import paginate
from kernel.tenancy import user_scope
from organisations.actions.switch_organisation import switch_organisation

MANY = 99


@require_safe
@login_required
@never_cache
def bell(request: HttpRequest) -> HttpResponse:
    """Show the latest notifications and how many are unread, a fragment for the shell."""
    user = cast(User, request.user)
    with user_scope(user):
        latest = list(notifications_of(user).order_by("-created_at", "-id")[:LATEST])
        unread = notifications_of(user, unread=True)[: MANY + 1].count()
    context = {
        "latest": latest,
        "unread": unread,
        "shown": f"{MANY}+" if unread > MANY else unread,
    }
    return render(request, "events/bell.html", context)


@require_safe
@login_required
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """List all notifications, newest first; those of one kind, or unread ones, where wanted."""
    user = cast(User, request.user)
    kinds = kinds_by_name()
    wanted = {name: request.GET[name] for name in ("show", "kind") if request.GET.get(name)}
    unread, kind = wanted.get("show") == "unread", wanted.get("kind", "")
    with user_scope(user):
        rows = notifications_of(user, unread=unread, kind=kind if kind in kinds else "")
        context = {
            "page": paginate(rows, cursor=request.GET.get("cursor")),
            "any_unread": notifications_of(user, unread=True).exists(),
            "kinds": [(name, known.label) for name, known in kinds.items()],
            "unread_only": unread,
            "kind": kind,
            "url": f"?{urlencode(wanted)}",
        }
        return render(request, "events/inbox.html", context)


@require_safe
@login_required
@never_cache
def notification_open(request: HttpRequest, notification_id: str) -> HttpResponse:
    """Lead to what a notification is about, in the organisation that it comes from."""
    user = cast(User, request.user)
    with user_scope(user):
        found = access_notification(user, notification_id)
    if request.method == "GET":
        mark_read(user=user, notification_id=notification_id)
        if found.organisation != getattr(request, "actor").organisation:  # noqa: B009
            with suppress(NotFound):  # an invitation comes from an organisation that they are not in yet
                switch_organisation(
                    user=user, session=request.session, organisation_id=found.organisation.public_id
                )
    return redirect(found.url or reverse("events:inbox"))


@require_POST
@login_required
def read(request: HttpRequest, notification_id: str) -> HttpResponse:
    """Mark one as read."""
    mark_read(user=cast(User, request.user), notification_id=notification_id)
    return _back(request)


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    mark_all_read(user=cast(User, request.user))
    return _back(request)


def _back(request: HttpRequest) -> HttpResponse:
    """The bell again where it asked; otherwise the page that the form names."""
    if request.headers.get("HX-Request") == "true":
        request.method = "GET"
        return bell(request)
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return redirect(wanted if safe and wanted.startswith("/") else reverse("events:inbox"))
