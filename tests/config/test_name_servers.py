"""The variable that names DNS servers is read when the product starts, or refused with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.name_servers import name_servers


@pytest.mark.parametrize(
    ("entry", "server"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        (" 192.0.2.53:5353 ", ("192.0.2.53", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:DB8:0::53]", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
        ("::1", ("::1", 53)),
    ],
)
def test_an_address_may_name_a_port(entry: str, server: tuple[str, int]) -> None:
    assert name_servers("EGRESS_NAMESERVERS", [entry]) == [server]


@pytest.mark.parametrize("entry", ["", "dns.example.org", "192.0.2.53:", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2", "192.0.2.53:53:53", "[2001:db8::53", "2001:db8::zz", "udp://192.0.2.53", "[::1]:dns", "fe80::1%eth0"])  # fmt: skip
def test_anything_else_is_refused_with_a_word_on_what_to_write(entry: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        name_servers("EGRESS_NAMESERVERS", ["192.0.2.53", entry])
    said = str(refusal.value)
    assert said.startswith(f"EGRESS_NAMESERVERS holds {entry!r}") and "192.0.2.53,[2001:db8::53]:5353" in said
