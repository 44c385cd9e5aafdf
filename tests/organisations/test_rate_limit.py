"""Callers of the REST API are slowed down before they slow others down."""

import asyncio
from typing import Any

import pytest

from kernel.errors import RateLimited
from kernel.ratelimit import Limit, take, take_all_async, take_async
from organisations.actors import Actor
from tests.fixtures.people import api_client_for


def test_past_the_limit_the_answer_says_when_to_come_back(alice: Actor, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3
    client = api_client_for(alice)
    answers = [client.get("/api/v1/me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 1 <= int(answers[3]["Retry-After"]) <= 20
    assert answers[3].json()["code"] == "rate_limited"


def test_each_key_has_its_own_limit(alice: Actor, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1
    assert [api_client_for(alice).get("/api/v1/me").status_code for _ in range(2)] == [200, 200]


def test_zero_switches_it_off(alice: Actor, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 0
    client = api_client_for(alice)
    assert {client.get("/api/v1/me").status_code for _ in range(5)} == {200}


def test_a_bucket_refills_with_time(redis_client: Any) -> None:
    limit = Limit(count=2, seconds=60)
    take("somebody", limit, cost=2)
    with pytest.raises(RateLimited):
        take("somebody", limit)
    earlier = float(redis_client.hget("ratelimit:somebody", "at")) - 31
    redis_client.hset("ratelimit:somebody", "at", earlier)
    take("somebody", limit)


async def test_the_asynchronous_one_shares_the_bucket(redis_client: Any) -> None:
    limit = Limit(count=1, seconds=60)
    await take_async("somebody", limit)
    with pytest.raises(RateLimited) as refused:
        await take_async("somebody", limit)
    assert 58 <= refused.value.retry_after <= 60


async def test_of_several_limits_all_are_taken_or_none() -> None:
    own, shared = Limit(count=1, seconds=60), Limit(count=3, seconds=60)
    await take_all_async({"{action}:alice": own, "{action}": shared})
    for _again in range(5):
        with pytest.raises(RateLimited) as refused:
            await take_all_async({"{action}:alice": own, "{action}": shared})
        assert 58 <= refused.value.retry_after <= 60
    # Whoever tries again and again uses up nothing of what others have.
    for other in ("bob", "charlie"):
        await take_all_async({f"{{action}}:{other}": own, "{action}": shared})
    with pytest.raises(RateLimited) as refused:
        await take_all_async({"{action}:dora": own, "{action}": shared})
    assert 18 <= refused.value.retry_after <= 20
    await take_async("{action}:dora", own)  # of which nothing was taken


async def test_many_at_once_take_no_more_than_there_is() -> None:
    own, shared = Limit(count=20, seconds=3600), Limit(count=30, seconds=3600)

    async def taken(who: str) -> bool:
        try:
            await take_all_async({f"{{action}}:{who}": own, "{action}": shared})
        except RateLimited:
            return False
        return True

    people = [who for _each in range(40) for who in ("alice", "bob")]
    through = [who for who, got in zip(people, await asyncio.gather(*map(taken, people)), strict=True) if got]
    assert len(through) == 30
    assert all(through.count(who) <= 20 for who in ("alice", "bob"))
    left = {who: 20 - through.count(who) for who in ("alice", "bob")}
    for who, tokens in left.items():
        for _each in range(tokens):
            await take_async(f"{{action}}:{who}", own)
        with pytest.raises(RateLimited):
            await take_async(f"{{action}}:{who}", own)


async def test_a_server_that_forgot_the_script_is_told_it_again(redis_client: Any) -> None:
    limit = Limit(count=2, seconds=60)
    await take_all_async({"somebody": limit})
    redis_client.script_flush()
    await take_all_async({"somebody": limit})
    with pytest.raises(RateLimited):
        take("somebody", limit)
