"""The lean streaming client keeps the same rules as the others."""

import asyncio
import ssl
import time

import pytest

from kernel.egress import (
    EgressInterrupted,
    EgressRefused,
    EgressTimeout,
    EgressTooLarge,
    StreamClient,
    StreamLimits,
    trust,
)
from tests.fakes import hostile_hosts as hosts
from tests.fakes.dns_server import in_turn
from tests.fakes.hostile_hosts import closed_port, hostile_host

LIMITS = StreamLimits(connect=0.5, first_byte=0.4, between=0.4, total=1.0, max_bytes=100_000)
ENDINGS = {
    hosts.endless_body: EgressTooLarge,
    hosts.slow_body: EgressTimeout,
    hosts.slow_head: EgressTimeout,
    hosts.huge_head: EgressTooLarge,
    hosts.cut_body: EgressInterrupted,
    hosts.nonsense: EgressInterrupted,
}


async def post(url, *, client=None, headers=None):
    client = client or StreamClient(operator_hosts=True)
    response = await client.post(url, headers=headers or {}, body=b"{}", limits=LIMITS)
    return response, await response.read_all()


def trusted(host):
    trust("127.0.0.1", host.port)
    return host.url


@pytest.mark.parametrize("behaviour", ENDINGS, ids=lambda behaviour: behaviour.__name__)
async def test_a_hostile_answer_ends_in_time(behaviour):
    with hostile_host(behaviour) as host:
        started = time.monotonic()
        with pytest.raises(ENDINGS[behaviour]):
            await post(trusted(host))
        assert time.monotonic() - started < 10


async def test_an_answer_comes_with_its_status_and_headers():
    with hostile_host(hosts.answer("429 Slow down", b"later", Retry_After="7")) as host:
        response, body = await post(trusted(host))
    assert (response.status, response.headers["retry-after"], body) == (429, "7", b"later")


async def test_it_says_where_it_goes_and_nothing_more():
    with hostile_host(hosts.answer(body=b"ok")) as host:
        await post(f"{trusted(host)}/v1/chat?x=1", headers={"Authorization": "Bearer canary"})
    head = host.heads[0].decode()
    assert head.startswith("POST /v1/chat?x=1 HTTP/1.1\r\n") and f"Host: 127.0.0.1:{host.port}\r\n" in head
    assert "Accept-Encoding: identity\r\n" in head and "Content-Length: 2\r\n" in head


async def test_a_line_break_in_a_header_is_refused():
    with hostile_host(hosts.answer(body=b"ok")) as host, pytest.raises(ValueError):
        await post(trusted(host), headers={"X-Key": "a\r\nHost: evil"})
    assert host.connections == 0


async def test_redirects_are_not_followed(sentinel):
    with hostile_host(hosts.redirect_to(sentinel.url, 307)) as host:
        response, _ = await post(trusted(host))
    assert response.status == 307 and sentinel.connections == 0


@pytest.mark.parametrize("url", ["https://127.0.0.1/", "http://example.com/", "https://user:x@example.com/", "https://127.1/", "https://[::1]/", "file:///etc/passwd", "https://exa\tmple.com/"])  # fmt: skip
async def test_odd_addresses_are_refused(url, names):
    names.zone["*"] = ["93.184.216.34"]
    with pytest.raises(EgressRefused):
        await post(url, client=StreamClient(operator_hosts=True))


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:127.0.0.1"], ["fd00:ec2::254"], []]
)
async def test_names_that_lead_inside_are_refused(addresses, names):
    names.zone["evil.example"] = addresses
    with pytest.raises(EgressRefused):
        await post("https://evil.example/", client=StreamClient())
    assert names.names == {"evil.example"}


async def test_a_name_is_resolved_once_a_connection(names):
    names.zone["rebinding.example"] = in_turn(["10.0.0.1"], ["93.184.216.34"])
    with pytest.raises(EgressRefused):
        await post("https://rebinding.example/", client=StreamClient())
    assert names.count("rebinding.example") == {"A": 1, "AAAA": 1}


async def test_operators_hosts_are_closed_to_ordinary_clients(sentinel):
    trusted(sentinel)
    with pytest.raises(EgressRefused):
        await post(sentinel.url, client=StreamClient())
    assert sentinel.connections == 0


async def test_a_closed_port_and_a_forbidden_address_answer_alike():
    port = closed_port()
    trust("127.0.0.1", port)
    messages = set()
    for url in (f"http://127.0.0.1:{port}/", "https://127.0.0.1/"):
        with pytest.raises(EgressRefused) as refusal:
            await post(url)
        messages.add(str(refusal.value))
    assert len(messages) == 1


async def test_a_name_keeps_its_certificate(certificate, names):
    """TLS is checked against the name, whatever address was dialled."""
    serving, trusting = certificate

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]
    trust("models.example", port)
    trust("other.example", port)
    names.zone |= {"models.example": ["127.0.0.1"], "other.example": ["127.0.0.1"]}
    client = StreamClient(operator_hosts=True, ssl_context=trusting)
    _, body = await post(f"https://models.example:{port}/", client=client)
    assert body == b"hi"
    with pytest.raises(EgressRefused):
        await post(f"https://other.example:{port}/", client=client)
    server.close()


@pytest.fixture
def certificate(tmp_path):
    """A server's context for models.example, and a client's that trusts it."""
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "models.example")])
    now = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("models.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "key.pem").write_bytes(key.private_bytes(*plain))
    (tmp_path / "cert.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    return serving, ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
