"""Who is asking, on the streaming endpoints: the same sessions and keys as everywhere else."""

from importlib import import_module
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.middleware.csrf import _does_token_match  # type: ignore[attr-defined]
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _t

from accounts.models import User
from kernel.asgi import StreamRequest
from kernel.db import run_db
from kernel.errors import NotAuthenticated, PermissionDenied

from organisations.actors import Actor
from organisations.keys import PREFIX, hash_secret
from organisations.pages import SESSION_KEY as ORGANISATION_KEY
from organisations.queries import actor_for, actor_for_key_hash, anonymous_actor

CACHE_SECONDS = 3.0  # a removed member or a revoked key is refused within 5 s
CACHE_SIZE = 4096
_cache: dict[str, tuple[float, Actor]] = {}


class InvalidKey(NotAuthenticated):
    code = "invalid_api_key"
    user_message = _t("This API key is unknown, expired or revoked. Make a new one under Organisation, API keys.")


class CsrfFailed(PermissionDenied):
    code = "csrf_failed"
    user_message = _t("This request did not come from one of our pages. Reload the page and try again.")


async def authenticate(request: StreamRequest, *, anonymous: bool = False) -> Actor:
    """The actor of a request, by API key or by session.

    Args:
        anonymous: whether visitors are let through, as an anonymous actor.

    Raises:
        NotAuthenticated: nobody is signed in, or the key does not work.
        CsrfFailed: a session's unsafe request without our token.
    """
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        return await actor_of_key(secret.strip())
    session_key = request.cookies.get(settings.SESSION_COOKIE_NAME)
    actor = await _cached(f"session:{session_key}", _session_actor, session_key) if session_key else None
    if actor is None and not anonymous:
        raise NotAuthenticated
    if actor is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
        _check_csrf(request)
    return actor or await run_db(anonymous_actor, request_id=request.request_id, ip=request.client_ip)


async def actor_of_key(secret: str) -> Actor:
    """The actor behind an API key; remembered for a few seconds.

    Raises:
        InvalidKey: it does not work.
    """
    if not secret.startswith(PREFIX):
        raise InvalidKey
    key_hash = hash_secret(secret)
    actor = await _cached(key_hash, actor_for_key_hash, key_hash)
    if actor is None:
        raise InvalidKey
    return actor


async def _cached(name: str, load: Any, *arguments: Any) -> Actor | None:
    found = _cache.get(name)
    if found and found[0] > monotonic():
        return found[1]
    actor: Actor | None = await run_db(load, *arguments)
    if actor is not None:
        if len(_cache) >= CACHE_SIZE:
            _cache.clear()
        _cache[name] = (monotonic() + CACHE_SECONDS, actor)
    return actor


def forget_cached_actors() -> None:
    """Drop what this process remembers, for tests and for changes that must be seen at once."""
    _cache.clear()


def _session_actor(session_key: str) -> Actor | None:
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        return None
    return actor_for(user, session.get(ORGANISATION_KEY))


def _check_csrf(request: StreamRequest) -> None:
    origin = request.headers.get("origin")
    if origin is not None and not _same_origin(origin, request):
        raise CsrfFailed
    cookie, header = request.cookies.get(settings.CSRF_COOKIE_NAME, ""), request.headers.get("x-csrftoken", "")
    if not cookie or not header or not _matching(header, cookie):
        raise CsrfFailed


def _same_origin(origin: str, request: StreamRequest) -> bool:
    return urlsplit(origin).netloc == request.headers.get("host") or origin in settings.CSRF_TRUSTED_ORIGINS


def _matching(header: str, cookie: str) -> bool:
    try:
        return bool(_does_token_match(header, cookie))
    except AssertionError:
        return False
