"""How a host is written: one spelling for what is checked, what is dialled and what policies name."""

import httpx2


def ascii_host(host: str) -> str:
    """A host in small letters and in its ASCII form (IDNA 2008, RFC 5891): exactly what the clients here dial.

    Python's own codec follows the older IDNA 2003, which makes another host of some names: straße.example was
    strasse.example then. Two spellings of one host would let a name pass a list that holds it.

    Raises:
        ValueError: no host can be called that.
    """
    if host.isascii():
        return host.lower()
    try:
        return httpx2.URL(scheme="https", host=host).raw_host.decode("ascii")
    except (httpx2.InvalidURL, TypeError):
        raise ValueError(host) from None


def shown_host(host: str) -> str:
    """A host's labels as people read them, in their own script (RFC 3492); what is no such label stays as it is."""
    return ".".join(map(_shown_label, host.split(".")))


def _shown_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode().decode("punycode")
    except UnicodeError:
        return label
