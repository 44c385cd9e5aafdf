"""Domains that can be proved, and how they are written."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kernel.egress import ascii_host
from kernel.egress.names import shown_host
from kernel.errors import InvalidInput
from organisations.free_mail import FREE_MAIL
from store.models import DomainProof

LABEL = "_bottega-challenge"
LINK_LASTS = timedelta(hours=24)
# An e-mail says who had the address once: after a year it is asked for again, with so much notice.
EMAIL_LASTS, EMAIL_NOTICE = timedelta(days=365), timedelta(days=30)
MISSES = 3
MISSING, OTHER, SILENT = "missing", "other", "silent"
PROBLEMS: dict[str, str | Promise] = {
    MISSING: _("There is no such record yet. New records may take an hour to be seen everywhere."),
    OTHER: _("There is a record of this name, and it says something else."),
    SILENT: _("The domain's DNS servers gave no answer. This says nothing about your record."),
}


def checked_domain(text: str) -> str:
    """A domain in its ASCII form, such as `example.org` or `xn--fsqu00a.xn--fiqs8s`.

    Raises:
        InvalidInput: no public domain is called that, or it is a suffix under which anybody gets a name.
    """
    given = text.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/").rstrip(".")
    try:
        host = ascii_host(given)
    except ValueError:
        host = ""
    found = _suffix_of(host) if host and len(host) <= 253 else None
    if found is None:
        message = _("This is not the name of a public domain. Write it like this: example.org.")
        raise InvalidInput.on("domain", "not_a_domain", message)
    if found in (host, shown_host(host)):
        message = _("Anybody gets names under %(domain)s, so it proves nobody. Give your own domain.")
        raise InvalidInput.on("domain", "public_suffix", message % {"domain": shown_host(host)})
    return host


def checked_address(text: str) -> tuple[str, str]:
    """An e-mail address that may prove its domain, and that domain.

    Raises:
        InvalidInput: it is no address, or one at a provider where anybody gets one.
    """
    address = text.strip()
    try:
        validate_email(address)
    except ValidationError:
        raise InvalidInput.on("address", "invalid", _("Give a whole e-mail address.")) from None
    local, _at, host = address.rpartition("@")
    try:
        domain = checked_domain(host)
    except InvalidInput as refusal:
        found = refusal.errors[0]
        raise InvalidInput.on("address", found.code, found.message) from None
    if _is_free_mail(domain):
        message = _("Anybody gets an address at %(domain)s. Give one at your own domain.") % {
            "domain": domain
        }
        raise InvalidInput.on("address", "free_mail", message)
    return f"{local}@{domain}", domain


def new_challenge() -> str:
    """What a TXT record has to hold."""
    return f"bottega-{secrets.token_hex(20)}"


def record_name(domain: str) -> str:
    """The name of the TXT record."""
    return f"{LABEL}.{domain}"


def token_of(proof: DomainProof) -> str:
    """The secret of the link that was sent, derived from the server's own so that neither database nor queue holds it."""
    sent = int(proof.sent_at.timestamp() * 1000) if proof.sent_at else 0
    return salted_hmac("store.domain_proof", f"{proof.public_id}:{sent}", algorithm="sha256").hexdigest()


def link_of(proof: DomainProof) -> str:
    """The address that the e-mail carries."""
    return settings.PUBLIC_URL + reverse("store:proof_confirm", args=[token_of(proof)])


def _suffix_of(host: str) -> str | None:
    """The public suffix of a host by the list of publicsuffix.org, private ones such as github.io too; None for no domain."""
    from tld import get_tld  # 100 ms and a list of 250 kB, which few requests need

    suffix = None
    for name in (host, shown_host(host)):
        if any(not part for part in name.split(".")) or "/" in name or "@" in name or ":" in name:
            return None
        found = get_tld(f"https://{name}", as_object=True, fail_silently=True, search_private=True)
        if found is None or isinstance(found, str):
            return None
        if found.tld == name:
            return name
        suffix = str(found.tld)
    return suffix


def _is_free_mail(domain: str) -> bool:
    labels = domain.split(".")
    return any(".".join(labels[at:]) in FREE_MAIL for at in range(len(labels) - 1))
