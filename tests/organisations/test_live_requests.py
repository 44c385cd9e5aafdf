"""A stream ends within seconds when its reader is removed or its key revoked."""

import asyncio

import pytest
from django.conf import settings
from django.test import Client

from accounts.actions.sign_out_everywhere import sign_out_everywhere
from accounts.ended_sessions import mark_ended
from accounts.models import User
from kernel.asgi import StreamRequest
from kernel.db import run_db
from organisations.actions.remove_member import remove_member
from organisations.actions.suspend_member import suspend_member
from organisations.actions.switch_organisation import switch_organisation
from organisations.actors import Actor
from organisations.live_requests import EVERY_SECONDS, end_forbidden
from organisations.permissions import Permission
from organisations.stream_auth import authenticate, forget_cached_actors
from tests.fixtures.people import api_key_for, client_for
from tests.organisations.helpers import membership_id
from tests.organisations.test_stream_auth import cookie_of, request, revoke_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    forget_cached_actors()


async def start(asked: StreamRequest) -> "asyncio.Task[None]":
    """A stream that was let in and would last for ever."""
    let_in = asyncio.Event()

    async def stream() -> None:
        await authenticate(asked, Permission.USE_ASSISTANTS)
        let_in.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(stream())
    await asyncio.wait_for(let_in.wait(), 10)
    return task


async def check() -> int:
    ended = await end_forbidden(older_than=0)
    await asyncio.sleep(0)
    return ended


def test_the_checks_are_less_than_five_seconds_apart() -> None:
    assert EVERY_SECONDS < 5


async def test_removing_the_member_ends_their_streams_and_no_others(alice: Actor, bob: Actor) -> None:
    by_session = await start(request(cookie=cookie_of(await run_db(client_for, bob))))
    by_key = await start(request(authorization=f"Bearer {await run_db(api_key_for, bob)}"))
    alices = await start(request(cookie=cookie_of(await run_db(client_for, alice))))
    assert await check() == 0
    member = await run_db(membership_id, bob)
    await run_db(lambda: remove_member(actor=alice, membership_id=member))
    assert await check() == 2
    assert by_session.cancelled() and by_key.cancelled() and not alices.done()
    alices.cancel()


async def test_revoking_the_key_ends_its_streams(bob: Actor) -> None:
    stream = await start(request(authorization=f"Bearer {await run_db(api_key_for, bob)}"))
    await run_db(revoke_all, bob)
    assert await check() == 1
    assert stream.cancelled()


async def test_switching_off_the_account_ends_them(bob: Actor) -> None:
    stream = await start(request(cookie=cookie_of(await run_db(client_for, bob))))
    await run_db(User.objects.filter(pk=bob.user_id).update, is_active=False)
    assert await check() == 1
    assert stream.cancelled()


async def test_acting_in_another_organisation_meanwhile_ends_nothing(bob: Actor) -> None:
    browser = await run_db(client_for, bob)
    stream = await start(request(cookie=cookie_of(browser)))
    await run_db(_switch, browser, bob)
    assert await check() == 0
    stream.cancel()


async def test_suspending_the_member_ends_them(alice: Actor, bob: Actor) -> None:
    by_session = await start(request(cookie=cookie_of(await run_db(client_for, bob))))
    by_key = await start(request(authorization=f"Bearer {await run_db(api_key_for, bob)}"))
    member = await run_db(membership_id, bob)
    await run_db(lambda: suspend_member(actor=alice, membership_id=member))
    assert await check() == 2
    assert by_session.cancelled() and by_key.cancelled()


async def test_signing_out_everywhere_ends_them(bob: Actor) -> None:
    stream = await start(request(cookie=cookie_of(await run_db(client_for, bob))))
    await run_db(lambda: sign_out_everywhere(user=User.objects.get(pk=bob.user_id)))
    assert await check() == 1
    assert stream.cancelled()


async def test_ending_one_session_ends_its_streams_alone(bob: Actor) -> None:
    here, there = await run_db(client_for, bob), await run_db(client_for, bob)
    stream, kept = await start(request(cookie=cookie_of(there))), await start(request(cookie=cookie_of(here)))
    await run_db(lambda: mark_ended(there.cookies[settings.SESSION_COOKIE_NAME].value))
    assert await check() == 1
    assert stream.cancelled() and not kept.done()
    kept.cancel()


async def test_a_finished_request_is_forgotten(bob: Actor) -> None:
    stream = await start(request(cookie=cookie_of(await run_db(client_for, bob))))
    stream.cancel()
    await asyncio.wait([stream])
    await run_db(User.objects.filter(pk=bob.user_id).update, is_active=False)
    assert await check() == 0


def _switch(browser: Client, actor: Actor) -> None:
    assert actor.user is not None
    session = browser.session
    switch_organisation(user=actor.user, session=session, organisation_id=actor.organisation.public_id)
    session.save()
