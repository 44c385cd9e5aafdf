"""Lets every page know who acts, also those that say nothing about organisations (errors, the account's pages)."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from kernel.errors import PermissionDenied
from organisations.acting import CLOSED_PATHS, Acting
from organisations.actions.act_as import stop_acting
from organisations.pages import resolve_actor


class NotWhileActing(PermissionDenied):
    code = "not_while_acting"
    user_message = _(
        "You act as somebody else. Their password, address, second factors and keys are theirs alone."
    )


class ActorMiddleware:
    """Puts an actor on the request that is only looked up when somebody asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.actor = SimpleLazyObject(partial(resolve_actor, request))  # type: ignore[attr-defined]
        return self.get_response(request)


class ActingMiddleware:
    """Watches sessions in which one of the staff acts as a person: ends them in time, and keeps some pages shut."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Without the cookie there is no session to look into, and public pages stay the same for everybody.
        kept = settings.SESSION_COOKIE_NAME in request.COOKIES
        acting = Acting.of(request.session) if kept else None
        if acting is None or not request.user.is_authenticated:
            return self.get_response(request)
        if not acting.is_allowed:
            stop_acting(session=request.session, user=request.user, ip=_ip(request))
            request.user = AnonymousUser()
            return self.get_response(request)
        request.acting = acting  # type: ignore[attr-defined]
        if request.path == reverse("account_logout") and request.method == "POST":
            stop_acting(session=request.session, user=request.user, ip=_ip(request))
            request.session.flush()
            return redirect("/")
        if request.path.startswith(CLOSED_PATHS):
            error = NotWhileActing()
            context = {"error": error, "request_id": getattr(request, "request_id", "")}
            return render(request, "web/error.html", context, status=error.status)
        return self.get_response(request)


def _ip(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR") or "")
