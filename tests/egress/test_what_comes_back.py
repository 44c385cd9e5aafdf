"""Attack cases 29 and 34 to 37: redirects, endless, packed and slow answers."""

import time

import pytest

from kernel.egress import (
    EgressInterrupted,
    EgressRefused,
    EgressTimeout,
    EgressTooLarge,
    guarded_async_client,
    guarded_client,
)
from tests.fakes import hostile_hosts as hosts
from tests.fakes.dns_server import silent, slow
from tests.fakes.hostile_hosts import hostile_host

ENDINGS = {
    hosts.endless_body: EgressTooLarge,
    hosts.slow_body: EgressTimeout,
    hosts.slow_head: EgressTimeout,
    hosts.huge_head: EgressInterrupted,
    hosts.cut_body: EgressInterrupted,
    hosts.nonsense: EgressInterrupted,
}


@pytest.mark.parametrize("behaviour", ENDINGS, ids=lambda behaviour: behaviour.__name__)
def test_a_hostile_answer_ends_in_time(behaviour, client, allow):
    with hostile_host(behaviour) as host:
        allow(host)
        started = time.monotonic()
        with pytest.raises(ENDINGS[behaviour]):
            client.get(host.url)
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("behaviour", ENDINGS, ids=lambda behaviour: behaviour.__name__)
async def test_asynchronously_too(behaviour, allow):
    with hostile_host(behaviour) as host:
        allow(host)
        async with guarded_async_client(timeout=0.5, total=1.0, max_bytes=100_000) as client:
            with pytest.raises(ENDINGS[behaviour]):
                await client.get(host.url)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_a_bomb_is_never_unpacked_whole(coding, client, allow):
    with hostile_host(hosts.bomb(coding)) as host:
        allow(host)
        with client.stream("GET", host.url) as response, pytest.raises(EgressTooLarge):
            for piece in response.iter_bytes():
                assert len(piece) <= 1024 * 1024


@pytest.mark.parametrize("coding", ["gzip, gzip", "zstd", "compress"])
def test_what_cannot_be_unpacked_safely_is_refused(coding, client, allow):
    with hostile_host(hosts.answer(body=b"x" * 100, Content_Encoding=coding)) as host:
        allow(host)
        with pytest.raises(EgressInterrupted):
            client.get(host.url)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br"])
def test_an_ordinary_packed_answer_is_unpacked(coding, client, allow):
    with (
        hostile_host(hosts.bomb(coding, megabytes=0)) as empty,
        hostile_host(_packed(coding, b"hello " * 100)) as host,
    ):
        allow(host, empty)
        assert client.get(host.url).content == b"hello " * 100
        assert client.get(empty.url).content == b""


def _packed(coding, body):
    import gzip
    import zlib

    import brotli

    pack = {"gzip": gzip.compress, "deflate": lambda data: zlib.compress(data)[2:-4], "br": brotli.compress}[
        coding
    ]
    return hosts.answer(body=pack(body), Content_Encoding=coding)


def test_a_promise_of_too_much_is_refused_at_once(client, allow):
    def promise(visit):
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n")

    with hostile_host(promise) as host:
        allow(host)
        with pytest.raises(EgressTooLarge):
            client.get(host.url)


def test_a_redirect_inside_is_refused(client, allow, sentinel):
    for status in (301, 302, 303, 307, 308):
        with hostile_host(hosts.redirect_to(sentinel.url, status)) as host:
            allow(host)
            with pytest.raises(EgressRefused):
                client.get(host.url)
    assert sentinel.connections == 0


@pytest.mark.parametrize("target", ["file:///etc/passwd", "gopher://x.example/", "https://user:x@example.com/", "//127.1/", "http://[::1]/", "https://[oops"])  # fmt: skip
def test_nor_is_one_to_an_odd_address(target, client, allow):
    with hostile_host(hosts.redirect_to(target)) as host:
        allow(host)
        with pytest.raises(EgressRefused):
            client.get(host.url)


def test_three_redirects_are_followed_and_no_more(client, allow):
    with hostile_host(hosts.redirect_in_circles) as host:
        allow(host)
        with pytest.raises(EgressRefused):
            client.get(host.url)
        assert host.connections == 4


def test_a_followed_redirect_gives_the_last_answer(client, allow):
    def moving(visit):
        where = visit.head.split(b" ")[1]
        (hosts.answer(body=b"here") if where == b"/new" else hosts.redirect_to("/new"))(visit)

    with hostile_host(moving) as host:
        allow(host)
        response = client.get(f"{host.url}/old")
        assert (response.content, response.url.path, len(response.history)) == (b"here", "/new", 1)


async def test_a_client_that_stays_at_its_origin_does_not_follow_to_another(allow, sentinel):
    with (
        hostile_host(hosts.redirect_to(sentinel.url)) as host,
        hostile_host(hosts.redirect_in_circles) as circle,
    ):
        allow(host, sentinel, circle)
        with guarded_client(stay_at_origin=True) as client:
            answer = client.get(host.url)
            assert (answer.status_code, answer.headers["location"]) == (302, sentinel.url)
            with pytest.raises(EgressRefused):  # at its own, as often as everybody
                client.get(circle.url)
        async with guarded_async_client(stay_at_origin=True) as client:
            assert (await client.get(host.url)).status_code == 302
    assert (sentinel.connections, circle.connections) == (0, 4)


def test_a_write_is_never_redirected(client, allow):
    for status in (301, 302, 303, 307, 308):
        with hostile_host(hosts.redirect_to("/elsewhere", status)) as host:
            allow(host)
            assert client.post(host.url, content=b"money", follow_redirects=True).status_code == status
            assert host.connections == 1


def test_credentials_stay_at_their_origin(client, allow):
    with (
        hostile_host(hosts.answer(body=b"other")) as other,
        hostile_host(hosts.redirect_to(other.url)) as host,
    ):
        allow(host, other)
        secrets = {
            "Authorization": "Bearer canary",
            "X-Api-Key": "canary",
            "Cookie": "session=canary",
            "X-Own": "canary",
        }
        assert client.get(host.url, headers=secrets).content == b"other"
        assert b"canary" in host.heads[0] and b"canary" not in other.heads[0]


def test_cookies_are_never_kept(client, allow):
    with hostile_host(hosts.answer(Set_Cookie="session=canary; Path=/")) as host:
        allow(host)
        client.get(host.url)
        client.get(host.url)
        assert b"canary" not in host.heads[1]


def test_the_deadline_covers_all_redirects(allow):
    def slowly(visit: hosts.Visit) -> None:
        time.sleep(0.3)
        hosts.redirect_in_circles(visit)

    with hostile_host(slowly) as host, guarded_client(timeout=5, total=0.8) as client:
        allow(host)
        started = time.monotonic()
        with pytest.raises(EgressTimeout):
            client.get(host.url)
        assert time.monotonic() - started < 10


def test_a_streamed_body_ends_at_the_deadline_too(client, allow):
    with hostile_host(hosts.slow_body) as host:
        allow(host)
        with client.stream("GET", host.url) as response, pytest.raises(EgressTimeout):
            for _ in response.iter_bytes():
                pass


@pytest.mark.parametrize("behaviour", [silent, slow(2.0, "93.184.216.34")], ids=["silent", "slow"])
def test_a_name_without_an_answer_does_not_outlast_the_deadline(behaviour, names):
    names.zone["sleepy.example"] = behaviour
    started = time.monotonic()
    with guarded_client(timeout=0.3, total=0.3) as client, pytest.raises(EgressRefused):
        client.get("https://sleepy.example/")
    assert time.monotonic() - started < 10
