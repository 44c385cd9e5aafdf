"""How HTML views get their actor and their organisation's scope."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control

from kernel.tenancy import tenant_scope
from organisations.acting import actor_within
from organisations.actors import SESSION_KEY as SESSION_KEY
from organisations.actors import Actor
from organisations.permissions import Permission, require
from organisations.queries import actor_for, anonymous_actor

View = Callable[..., HttpResponse]


class OrganisationRequest(HttpRequest):
    """A request whose actor is known."""

    actor: Actor
    request_id: str


def resolve_actor(request: HttpRequest) -> Actor:
    """The actor of a session's request: the person in the organisation they switched to, or an anonymous visitor."""
    cached = getattr(request, "actor", None)
    if type(cached) is Actor:  # not the lazy one that the middleware put there
        return cached
    request_id, ip = getattr(request, "request_id", ""), str(request.META.get("REMOTE_ADDR") or "")
    actor = None
    if request.user.is_authenticated:
        wanted = request.session.get(SESSION_KEY)
        actor = actor_within(request.session, actor_for(request.user, wanted, request_id=request_id, ip=ip))
    actor = actor or anonymous_actor(request_id=request_id, ip=ip)
    request.actor = actor  # type: ignore[attr-defined]
    structlog.contextvars.bind_contextvars(organisation=actor.organisation.public_id)
    return actor


def organisation_page(
    permission: Permission,
    *,
    methods: tuple[str, ...] = ("GET",),
    second_factor: bool = True,
    scope: bool = True,
) -> Callable[[View], View]:
    """Declare who may open a page. Strangers are sent to sign in, people without a demanded second factor to set it up.

    A GET runs, and renders, inside the organisation's scope. A POST's actions open their own transactions.

    Args:
        second_factor: whether one that the organisation demands is demanded here too. Not where people get away from
            it, to another organisation of theirs.
        scope: whether a GET runs inside the scope, which is a transaction. Not where it reads files or waits for a
            process: it opens its own.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            if resolve_actor(request).mfa_missing:
                return _run(view, request, args, kwargs) if not second_factor else _to_second_factor(request)
            require(resolve_actor(request), permission)
            if not scope:
                return view(request, *args, **kwargs)
            return _run(view, request, args, kwargs)

        wrapper.required_permission = permission  # type: ignore[attr-defined]
        wrapper.allowed_methods = methods  # type: ignore[attr-defined]
        return wrapper

    return decorate


def public_page(*, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Declare a page that strangers may open; `request.actor` may be anonymous."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods and not (request.method == "HEAD" and "GET" in methods):
                return HttpResponseNotAllowed(methods)
            if resolve_actor(request).mfa_missing:
                return _to_second_factor(request)
            return _run(view, request, args, kwargs)

        wrapper.is_public = True  # type: ignore[attr-defined]
        wrapper.allowed_methods = methods  # type: ignore[attr-defined]
        return wrapper

    return decorate


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead a stranger to the sign-in page and back to where they were, never back to a form's address."""
    if request.headers.get("HX-Request") == "true":
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = redirect_to_login(
            f"{here.path or '/'}{'?' + here.query if here.query else ''}"
        ).url
        return answer
    return redirect_to_login(request.get_full_path() if request.method in ("GET", "HEAD") else "/")


def _to_second_factor(request: HttpRequest) -> HttpResponse:
    """Lead somebody to where a second factor is set up; that page says why. Parts of a page just stay empty."""
    target = reverse("accounts:security")
    if request.headers.get("HX-Request") != "true":
        return redirect(target)
    answer = HttpResponse(status=204)
    if request.method not in ("GET", "HEAD"):
        answer["HX-Redirect"] = target
    return answer


def _run(view: View, request: HttpRequest, args: tuple[Any, ...], kwargs: dict[str, Any]) -> HttpResponse:
    if request.method not in ("GET", "HEAD"):
        return _rendered(view(request, *args, **kwargs), request)
    with tenant_scope(resolve_actor(request).organisation):
        response = _rendered(view(request, *args, **kwargs))
    if request.user.is_authenticated and not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_store=True)
    return response


def _rendered(response: HttpResponse, request: HttpRequest | None = None) -> HttpResponse:
    if not isinstance(response, TemplateResponse) or response.is_rendered:
        return response
    if request is None:
        return response.render()
    with tenant_scope(resolve_actor(request).organisation):
        return response.render()
