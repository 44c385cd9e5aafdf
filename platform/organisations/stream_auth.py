"""Who is asking, on the streaming endpoints: the same sessions and keys as everywhere else."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.middleware.csrf import _does_token_match  # type: ignore[attr-defined]
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts.ended_sessions import was_ended
from accounts.models import User
from kernel.asgi import StreamRequest
from kernel.db import run_db
from kernel.errors import NotAuthenticated, PermissionDenied
from organisations.acting import actor_within
from organisations.actions.touch_api_key import touch_api_key
from organisations.actor_cache import forget_cached_actors as forget_cached_actors
from organisations.actor_cache import recall, remember
from organisations.actors import SESSION_KEY as ORGANISATION_KEY
from organisations.actors import Actor
from organisations.api.rates import check_rate_async
from organisations.keys import PREFIX, hash_secret
from organisations.live_requests import still_member, watch
from organisations.permissions import Permission, require, require_second_factor
from organisations.queries import actor_for, actor_for_key_hash


class InvalidKey(NotAuthenticated):
    code = "invalid_api_key"
    user_message = _(
        "This API key is unknown, expired or revoked. Make a new one under Organisation, API keys."
    )


class CsrfFailed(PermissionDenied):
    code = "csrf_failed"
    user_message = _("This request did not come from one of our pages. Reload the page and try again.")


async def authenticate(request: StreamRequest, permission: Permission) -> Actor:
    """The actor of a request, by API key or by session, who holds a permission: asked before anything else is.

    Raises:
        NotAuthenticated: nobody is signed in, or the key does not work.
        MfaRequired: the organisation asks for a second factor that the person does not have.
        CsrfFailed: a session's unsafe request without our token.
        PermissionDenied: the role, or the key's scopes, do not allow it.
        RateLimited: the caller asks too often.
    """
    actor = await _caller(request)
    require(actor, permission)
    await check_rate_async(actor)
    # What is remembered between requests must not carry the first one's id into the audit log of the others.
    return replace(actor, request_id=request.request_id, ip=request.client_ip)


async def _caller(request: StreamRequest) -> Actor:
    scheme, _space, secret = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        actor = await actor_of_key(secret.strip())
        key_hash = hash_secret(secret.strip())
        watch(f"key:{actor.api_key_id}", lambda: actor_for_key_hash(key_hash) is not None)
        return actor
    session_key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
    member = await _session_member(request, session_key)
    if member is None:
        raise NotAuthenticated
    require_second_factor(member)
    watch(f"session:{member.organisation.pk}:{session_key}", partial(_still_in, session_key, member))
    return member


async def _session_member(request: StreamRequest, session_key: str) -> Actor | None:
    actor = await _cached(f"session:{session_key}", _session_actor, session_key) if session_key else None
    if actor is not None and request.method not in ("GET", "HEAD", "OPTIONS"):
        check_csrf(request)
    return actor


async def actor_of_key(secret: str) -> Actor:
    """The actor behind an API key; remembered for a few seconds.

    Raises:
        InvalidKey: it does not work.
    """
    if not secret.startswith(PREFIX):
        raise InvalidKey
    key_hash = hash_secret(secret)
    actor = await _cached(key_hash, _key_actor, key_hash)
    if actor is None:
        raise InvalidKey
    return actor


async def _cached(name: str, load: Callable[[str], Actor | None], argument: str) -> Actor | None:
    actor = recall(name)
    if actor is None and (actor := await run_db(load, argument)) is not None:
        remember(name, actor)
    return actor


def _key_actor(key_hash: str) -> Actor | None:
    actor = actor_for_key_hash(key_hash)
    if actor is not None:
        touch_api_key(actor=actor)
    return actor


def _session_actor(session_key: str) -> Actor | None:
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    user_id = session.get(SESSION_KEY)
    if user_id is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None or not constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()
    ):
        return None
    return actor_within(session, actor_for(user, session.get(ORGANISATION_KEY)))


def _still_in(session_key: str, actor: Actor) -> bool:
    if was_ended(session_key) or not still_member(actor):
        return False
    # Whoever acts as the person may do so for an hour, and only as long as they are an operator.
    return not actor.staff or _session_actor(session_key) is not None


def check_csrf(request: StreamRequest) -> None:
    """Refuse an unsafe request of a browser that does not carry our token.

    Raises:
        CsrfFailed: another site sent it, or the page is older than the cookie.
    """
    origin = request.headers.get("origin")
    if origin is not None and not _same_origin(origin, request):
        raise CsrfFailed
    cookie, header = (
        request.cookies.get(settings.CSRF_COOKIE_NAME, ""),
        request.headers.get("x-csrftoken", ""),
    )
    if not cookie or not header or not _matching(header, cookie):
        raise CsrfFailed


def _same_origin(origin: str, request: StreamRequest) -> bool:
    return urlsplit(origin).netloc == request.headers.get("host") or origin in settings.CSRF_TRUSTED_ORIGINS


def _matching(header: str, cookie: str) -> bool:
    try:
        return bool(_does_token_match(header, cookie))
    except (AssertionError, ValueError):  # of another length, or with characters that no token has
        return False
