"""Who calls the REST API: a key, or the browser's session with CSRF."""

from dataclasses import replace
from typing import Any

from django.http import HttpResponse
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.request import Request

from organisations.actions.touch_api_key import touch_api_key
from organisations.actors import Actor
from organisations.keys import PREFIX, hash_secret
from organisations.pages import resolve_actor
from organisations.queries import actor_for_key_hash
from organisations.stream_auth import CsrfFailed, InvalidKey


class ApiKeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer bk_…`."""

    def authenticate(self, request: Request) -> tuple[Any, Actor] | None:
        """The key's owner and actor; None where no key was sent."""
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        actor = actor_for_key_hash(hash_secret(secret.strip())) if secret.startswith(PREFIX) else None
        if actor is None:
            raise InvalidKey
        ip, request_id = (
            str(request.META.get("REMOTE_ADDR") or ""),
            getattr(request._request, "request_id", ""),
        )
        touch_api_key(actor=replace(actor, ip=ip, request_id=request_id))
        return actor.user, actor

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return 'Bearer realm="bottega"'


class SessionAuthentication(BaseAuthentication):
    """The browser's session; unsafe methods carry the CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, Actor] | None:
        """The signed-in person and actor; None for strangers."""
        django_request = request._request
        if not django_request.user.is_authenticated:
            return None
        self._enforce_csrf(django_request)
        return django_request.user, resolve_actor(django_request)

    @staticmethod
    def _enforce_csrf(request: Any) -> None:
        check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]
        check.process_request(request)
        if check.process_view(request, _any_view, (), {}):
            raise CsrfFailed


def _any_view(*_arguments: Any) -> HttpResponse:
    """Stands for the view when Django's check is asked: an ordinary one, so not exempt."""
    return HttpResponse()
