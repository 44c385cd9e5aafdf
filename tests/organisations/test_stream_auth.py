"""Who is asking on the streaming endpoints: the same sessions and keys, refused as soon as elsewhere."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from kernel.asgi import StreamRequest
from kernel.db import run_db
from kernel.errors import NotAuthenticated, PermissionDenied
from organisations.actions.remove_member import remove_member
from organisations.actions.revoke_api_key import revoke_api_key
from organisations.actor_cache import CACHE_SECONDS
from organisations.actors import Actor
from organisations.permissions import Permission
from organisations.queries import visible_api_keys
from organisations.stream_auth import CsrfFailed, InvalidKey, authenticate, forget_cached_actors
from tests.fixtures.people import api_key_for, client_for
from tests.organisations.helpers import membership_id

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    forget_cached_actors()


def request(method: str = "GET", request_id: str = "req_1", **headers: str) -> StreamRequest:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": "/x",
        "headers": raw,
        "client": ("203.0.113.7", 1),
    }
    return StreamRequest(scope, None, {}, request_id)  # type: ignore[arg-type]


def cookie_of(browser: Client) -> str:
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


async def test_a_key_is_known_with_the_requests_own_id_and_address(bob: Actor) -> None:
    key = await run_db(api_key_for, bob)
    first = await authenticate(request(authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS)
    second = await authenticate(
        request(request_id="req_2", authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS
    )
    assert first.user == bob.user
    assert (first.request_id, second.request_id, second.ip) == ("req_1", "req_2", "203.0.113.7")


@pytest.mark.parametrize("key", ["bk_wrong", "sk-other", "x"])
async def test_a_wrong_key_is_refused(bob: Actor, key: str) -> None:
    with pytest.raises(InvalidKey):
        await authenticate(request(authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS)


async def test_a_removed_members_key_and_session_end_at_once_in_this_process(
    alice: Actor, bob: Actor
) -> None:
    key = await run_db(api_key_for, bob)
    cookie = cookie_of(await run_db(client_for, bob))
    assert (
        await authenticate(request(cookie=cookie), Permission.USE_ASSISTANTS)
    ).organisation == bob.organisation
    await authenticate(request(authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS)
    member = await run_db(membership_id, bob)
    await run_db(lambda: remove_member(actor=alice, membership_id=member))
    with pytest.raises(InvalidKey):
        await authenticate(request(authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS)
    assert (
        await authenticate(request(cookie=cookie), Permission.USE_ASSISTANTS)
    ).organisation != bob.organisation


def test_other_processes_remember_for_less_than_five_seconds() -> None:
    assert CACHE_SECONDS < 5


async def test_a_revoked_key_is_refused(bob: Actor) -> None:
    key = await run_db(api_key_for, bob)
    await authenticate(request(authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS)
    await run_db(revoke_all, bob)
    with pytest.raises(InvalidKey):
        await authenticate(request(authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS)


async def test_an_unsafe_request_of_a_session_needs_the_token(bob: Actor) -> None:
    cookie = cookie_of(await run_db(client_for, bob))
    token = "a" * 32
    named = f"{cookie}; {settings.CSRF_COOKIE_NAME}={token}"
    with pytest.raises(CsrfFailed):
        await authenticate(request("POST", cookie=cookie), Permission.USE_ASSISTANTS)
    for wrong in ("b" * 32, "é" * 64, "short", "-" * 64):
        with pytest.raises(CsrfFailed):
            await authenticate(request("POST", cookie=named, x_csrftoken=wrong), Permission.USE_ASSISTANTS)
    with pytest.raises(CsrfFailed):
        await authenticate(
            request(
                "POST", cookie=named, x_csrftoken=token, origin="https://evil.example", host="testserver"
            ),
            Permission.USE_ASSISTANTS,
        )
    found = await authenticate(
        request("POST", cookie=named, x_csrftoken=token, origin="http://testserver", host="testserver"),
        Permission.USE_ASSISTANTS,
    )
    assert found.user == bob.user


async def test_signing_out_ends_the_session_here_too(bob: Actor) -> None:
    browser = await run_db(client_for, bob)
    cookie = cookie_of(browser)
    await run_db(browser.logout)
    with pytest.raises(NotAuthenticated):
        await authenticate(request(cookie=cookie), Permission.USE_ASSISTANTS)


async def test_a_visitor_is_refused(db: None) -> None:
    with pytest.raises(NotAuthenticated):
        await authenticate(request(cookie="bottega_session=nonsense"), Permission.USE_ASSISTANTS)


async def test_who_lacks_the_permission_is_refused_before_anything_is_looked_up(bob: Actor) -> None:
    key = await run_db(api_key_for, bob, scopes=[Permission.VIEW_ORGANISATION])
    with pytest.raises(PermissionDenied):
        await authenticate(request(authorization=f"Bearer {key}"), Permission.USE_ASSISTANTS)


def revoke_all(actor: Actor) -> None:
    from kernel.tenancy import tenant_scope

    with tenant_scope(actor.organisation):
        ids = [key.public_id for key in visible_api_keys(actor)]
    for key_id in ids:
        revoke_api_key(actor=actor, key_id=key_id)
