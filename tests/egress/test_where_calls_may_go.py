"""Attack cases 25 to 33: whatever leads inside is refused before anybody is dialled."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.egress import EgressRefused, check_url, guarded_async_client, guarded_client, trust
from kernel.egress.addresses import is_forbidden
from tests.egress.conftest import PUBLIC
from tests.fakes.dns_server import failing, in_turn
from tests.fakes.hostile_hosts import answer, closed_port, hostile_host

FORBIDDEN_V4 = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "169.254.169.254",
    "168.63.129.16",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.7",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.51.100.9",
    "203.0.113.5",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
]
FORBIDDEN_V6 = [
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "fe80::1%eth0",
]
# No DNS record holds the name of a network card.
IN_RECORDS = [address for address in FORBIDDEN_V4 + FORBIDDEN_V6 if "%" not in address]
ALLOWED = [
    "8.8.8.8",
    "1.1.1.1",
    PUBLIC,
    "100.63.255.255",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450:4001:81b::200e",
]
ODD_URLS = [
    "http://example.com/",  # no TLS
    "https://example.com:8443/",
    "https://example.com:22/",
    "https://example.com:0/",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "https://user@example.com/",
    "https://user:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://127.0.0.1\\@example.com/",
    "https://example.com\\@127.0.0.1/",
    "https://exa\tmple.com/",
    "https://example.com/\n",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.0.0.1/",
    "https://0177.0.0.1/",
    "https://127.0.0.1./",
    "https://example.com./",
    "https://localhost/",
    "https://localhost./",
    "https://foo.localhost/",
    "https://db/",
    "https://metadata.google.internal/",
    "https://printer.local/",
    "https://api.internal/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[fe80::1%25eth0]/",
    "https://１２７.0.0.1/",
    "https://①②⑦.0.0.1/",
    "https://a..b.com/",
    "https://-a.com/",
    "https:///path",
    "https://",
    "//example.com/",
    "not an address",
]


@pytest.mark.parametrize("address", FORBIDDEN_V4 + FORBIDDEN_V6)
def test_an_address_that_leads_inside_is_forbidden(address):
    assert is_forbidden(address)


@pytest.mark.parametrize("address", ALLOWED)
def test_a_public_address_is_not(address):
    assert not is_forbidden(address)


@given(st.ip_addresses(v=4))
def test_no_address_that_python_calls_private_is_allowed(address):
    assert address.is_global or is_forbidden(str(address))


@given(st.ip_addresses(v=6))
def test_nor_any_of_the_newer_kind(address):
    assert address.is_global or is_forbidden(str(address))


@given(st.ip_addresses(v=4))
def test_nor_an_old_address_in_new_clothes(address):
    value = int(address)
    for dressed in (
        f"::ffff:{address}",
        f"64:ff9b::{value >> 16:x}:{value & 0xFFFF:x}",
        f"::{value >> 16:x}:{value & 0xFFFF:x}",
    ):
        assert is_forbidden(dressed)
    assert is_forbidden(f"2002:{value >> 16:x}:{value & 0xFFFF:x}::")


@pytest.mark.parametrize("url", ODD_URLS)
def test_an_odd_address_is_refused_when_it_is_typed_and_when_it_is_called(url, network, sentinel, names):
    with pytest.raises(EgressRefused):
        check_url(url)
    names.zone["*"] = [PUBLIC]
    with guarded_client(network=network) as client:
        with pytest.raises(Exception) as raised:
            client.get(url)
        assert type(raised.value).__name__ in ("EgressRefused", "InvalidURL", "UnsupportedProtocol")
    assert network.dialled == [] and sentinel.connections == 0


@pytest.mark.parametrize("url", ["https://example.com", "https://example.com/a?b=c#d", "https://bücher.example/", "https://8.8.8.8/", "https://[2606:4700::1111]/"])  # fmt: skip
def test_an_ordinary_address_passes(url):
    check_url(url)


@pytest.mark.parametrize("address", IN_RECORDS)
def test_a_public_name_for_an_inner_address_is_refused(address, network, sentinel, names):
    names.zone["evil.example"] = [address]
    with guarded_client(network=network) as client, pytest.raises(EgressRefused):
        client.get("https://evil.example/")
    assert names.names == {"evil.example"}
    assert network.dialled == [] and sentinel.connections == 0


@pytest.mark.parametrize("address", IN_RECORDS)
async def test_asynchronously_too(address, sentinel, names):
    names.zone["evil.example"] = [address]
    async with guarded_async_client() as client:
        with pytest.raises(EgressRefused):
            await client.get("https://evil.example/")
    assert sentinel.connections == 0


@pytest.mark.parametrize("bad", ["10.0.0.1", "fd00::1", "::ffff:8.8.8.8"])
def test_one_bad_address_among_good_ones_spoils_the_name(bad, network, names):
    names.zone["evil.example"] = [PUBLIC, bad, "2606:4700::1111"]
    with guarded_client(network=network, timeout=0.5) as client, pytest.raises(EgressRefused):
        client.get("https://evil.example/")
    assert network.dialled == []


def test_the_address_that_was_checked_is_the_one_that_is_dialled(network, names):
    names.zone["rebinding.example"] = in_turn([PUBLIC], ["127.0.0.1"])
    with guarded_client(network=network, timeout=0.5) as client, pytest.raises(EgressRefused):
        client.get("https://rebinding.example/")  # the sentinel speaks no TLS
    assert network.dialled == [(PUBLIC, 443)]
    assert names.count("rebinding.example") == {"A": 1, "AAAA": 1}, "one look-up, never a second"


def test_a_name_that_turns_private_later_is_refused_then(network, names):
    names.zone["rebinding.example"] = in_turn([PUBLIC], ["127.0.0.1"])
    with guarded_client(network=network, timeout=0.5) as client:
        for _ in range(2):
            with pytest.raises(EgressRefused):
                client.get("https://rebinding.example/")
    assert network.dialled == [(PUBLIC, 443)]


def test_an_exact_host_and_port_on_the_operators_list_passes(sentinel, allow):
    allow(sentinel)
    with guarded_client() as client:
        assert client.get(sentinel.url).content == b"inner secret"
        with pytest.raises(EgressRefused):
            client.get(f"http://127.0.0.1:{closed_port()}/")
        with pytest.raises(EgressRefused):
            client.get(f"http://localhost:{sentinel.port}/")
    assert sentinel.connections == 1


def test_a_name_on_the_list_may_be_private_and_keeps_its_name(sentinel, allow, names):
    allow(f"models.lan:{sentinel.port}")
    names.zone["models.lan"] = ["127.0.0.1"]
    with guarded_client() as client:
        assert client.get(f"http://models.lan:{sentinel.port}/").status_code == 200
    assert f"host: models.lan:{sentinel.port}".encode() in sentinel.heads[0].lower()


def test_what_is_trusted_for_model_providers_stays_closed_to_everything_else(sentinel):
    trust("127.0.0.1", sentinel.port)
    with guarded_client() as client, pytest.raises(EgressRefused):
        client.get(sentinel.url)
    with guarded_client(operator_hosts=True) as client:
        assert client.get(sentinel.url).status_code == 200


def test_proxies_of_the_environment_are_ignored(monkeypatch, sentinel, allow):
    with hostile_host(answer(body=b"proxied")) as proxy:
        for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(variable, proxy.url)
        allow(sentinel)
        with guarded_client() as client:
            assert client.get(sentinel.url).content == b"inner secret"
        assert proxy.connections == 0


def test_a_host_header_for_somebody_else_is_refused(sentinel, allow):
    allow(sentinel)
    with guarded_client() as client, pytest.raises(EgressRefused):
        client.get(sentinel.url, headers={"Host": "metadata.google.internal"})
    assert sentinel.connections == 0


def test_refusals_do_not_tell_open_from_closed(sentinel):
    with guarded_client() as client:
        messages = set()
        for url in (
            sentinel.url,
            f"http://127.0.0.1:{closed_port()}",
            "https://127.0.0.1",
            "https://127.0.0.1:9",
        ):
            with pytest.raises(EgressRefused) as refusal:
                client.get(url)
            messages.add((refusal.value.code, refusal.value.status, str(refusal.value)))
    assert len(messages) == 1 and sentinel.connections == 0


def test_an_unknown_an_inner_and_a_silent_name_answer_alike(network, names):
    names.zone |= {"inner.example": ["10.0.0.1"], "silent.example": [PUBLIC], "failing.example": failing}
    seen = set()
    with guarded_client(network=network, timeout=0.5) as client:
        for host in ("unknown.example", "inner.example", "silent.example", "failing.example"):
            with pytest.raises(EgressRefused) as refusal:
                client.get(f"https://{host}/")
            seen.add((refusal.value.code, str(refusal.value).replace(host, "HOST")))
    assert len(seen) == 1
