"""Numbers under which tax offices know an organisation: whose they are, how they are written, and Stripe's copy of them."""

import re
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.models import StripeCustomer, TaxNumber
from billing.payments.gateway import PaymentRefused, is_live, payments_on, stripe_api
from kernel.tenancy import tenant_scope
from organisations.models import Organisation

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TaxKind:
    """How numbers of a kind are written.

    Attributes:
        pattern: a number once spaces, dots, hyphens and slashes are gone.
        layout: where they stand, each `#` a character and `*` all that follows; empty where there are none.
    """

    name: str | Promise
    pattern: str
    example: str
    layout: str = ""


# https://docs.stripe.com/billing/customer/tax-ids: kinds and their examples. European numbers by country follow
# https://ec.europa.eu/taxation_customs/vies/faq.html, question 11.
KINDS: dict[str, TaxKind] = {
    "eu_vat": TaxKind(
        _("VAT number of the European Union"),
        r"ATU\d{8}|BE[01]\d{9}|BG\d{9,10}|CY\d{8}[A-Z]|CZ\d{8,10}|DE\d{9}|DK\d{8}|EE\d{9}|EL\d{9}|ES[A-Z0-9]\d{7}[A-Z0-9]"
        r"|FI\d{8}|FR[A-Z0-9]{2}\d{9}|HR\d{11}|HU\d{8}|IE\d[A-Z0-9+*]\d{5}[A-Z]{1,2}|IT\d{11}|LT(\d{9}|\d{12})|LU\d{8}"
        r"|LV\d{11}|MT\d{8}|NL[A-Z0-9+*]{12}|PL\d{10}|PT\d{9}|RO\d{2,10}|SE\d{12}|SI\d{8}|SK\d{10}|XI(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
        "DE123456789",
    ),
    "gb_vat": TaxKind(
        _("VAT number of the United Kingdom"), r"GB(\d{9}|\d{12}|GD\d{3}|HA\d{3})", "GB123456789"
    ),
    "us_ein": TaxKind(_("EIN of the United States"), r"\d{9}", "12-3456789", "##-#######"),
    "ae_trn": TaxKind(_("TRN of the United Arab Emirates"), r"\d{15}", "123456789012345"),
    "au_abn": TaxKind(_("ABN of Australia"), r"\d{11}", "12345678912"),
    "br_cnpj": TaxKind(_("CNPJ of Brazil"), r"\d{14}", "01.234.456/5432-10", "##.###.###/####-##"),
    "ca_bn": TaxKind(_("Business number of Canada"), r"\d{9}", "123456789"),
    "ca_gst_hst": TaxKind(_("GST/HST number of Canada"), r"\d{9}RT\d{4}", "123456789RT0002"),
    "ch_vat": TaxKind(
        _("VAT number of Switzerland"), r"CHE\d{9}(MWST|TVA|IVA)", "CHE-123.456.789 MWST", "###-###.###.### *"
    ),
    "cn_tin": TaxKind(_("Taxpayer number of China"), r"[0-9A-Z]{15,20}", "123456789012345678"),
    "hk_br": TaxKind(_("Business registration of Hong Kong"), r"\d{8}", "12345678"),
    "in_gst": TaxKind(
        _("GST number of India"), r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]", "12ABCDE3456FGZH"
    ),
    "is_vat": TaxKind(_("VAT number of Iceland"), r"\d{5,6}", "123456"),
    "jp_trn": TaxKind(_("Registration number of Japan"), r"T\d{13}", "T1234567891234"),
    "kr_brn": TaxKind(_("Business number of South Korea"), r"\d{10}", "123-45-67890", "###-##-#####"),
    "li_vat": TaxKind(_("VAT number of Liechtenstein"), r"\d{5}", "12345"),
    "mx_rfc": TaxKind(_("RFC of Mexico"), r"[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}", "ABC010203AB9"),
    "no_vat": TaxKind(_("VAT number of Norway"), r"\d{9}MVA", "123456789MVA"),
    "nz_gst": TaxKind(_("GST number of New Zealand"), r"\d{8,9}", "123456789"),
    "sg_gst": TaxKind(_("GST number of Singapore"), r"[A-Z0-9]{9,10}", "M12345678X"),
    "tr_tin": TaxKind(_("Taxpayer number of Türkiye"), r"\d{10}", "0123456789"),
    "tw_vat": TaxKind(_("VAT number of Taiwan"), r"\d{8}", "12345678"),
    "za_vat": TaxKind(_("VAT number of South Africa"), r"4\d{9}", "4123456789"),
}


def laid_out(kind: str, number: str) -> str:
    """A number, as `written` gives it, as Stripe and people write it."""
    rest, said = number, ""
    for mark in KINDS[kind].layout:
        taken = rest if mark == "*" else rest[0] if mark == "#" else ""
        said, rest = said + (taken or mark), rest[len(taken) :]
    return said + rest


def written(value: str) -> str:
    """A number without what people put between its parts, in capitals."""
    return re.sub(r"[\s.\-/]", "", value).upper()


def is_written_well(kind: str, value: str) -> bool:
    """Whether a number, as `written` gives it, looks like one of its kind. That it exists is for the tax office to say."""
    return re.fullmatch(KINDS[kind].pattern, value) is not None


def tax_number_of(organisation: Organisation) -> TaxNumber | None:
    """The organisation's number, inside its scope."""
    found: TaxNumber | None = TaxNumber.objects.for_organisation(organisation).first()
    return found


def customer_known(organisation: Organisation) -> str:
    """Stripe's id of the organisation; empty where payments are off, or it never paid. Called outside of transactions."""
    if not payments_on():
        return ""
    with tenant_scope(organisation):
        rows = StripeCustomer.objects.for_organisation(organisation).filter(livemode=is_live())
        return str(rows.values_list("customer_id", flat=True).first() or "")


def put_at_stripe(customer: str, kind: str, value: str, *, before: str = "") -> str:
    """Let a customer have a number at Stripe, in the place of another of ours; returns its id there.

    Numbers that people typed on Stripe's pages stay. Done again after a crash it makes no second one.

    Args:
        before: the id of the number that it takes the place of.

    Raises:
        PaymentsOff, PaymentProviderDown
        PaymentRefused: Stripe does not take the number.
    """
    api = stripe_api()
    have: dict[Any, str] = {
        (one["type"], written(one["value"])): one["id"] for one in api.each(f"customers/{customer}/tax_ids")
    }
    made = have.get((kind, written(value))) or str(api.create_tax_id(customer, kind=kind, value=value)["id"])
    if before in have.values() and before != made:
        api.delete_tax_id(customer, before)
    return made


def take_from_stripe(customer: str, sent_id: str) -> None:
    """Take a number of ours off a customer; one that is gone already is no matter.

    Raises:
        PaymentsOff, PaymentProviderDown, PaymentRefused
    """
    try:
        stripe_api().delete_tax_id(customer, sent_id)
    except PaymentRefused as refused:
        if not refused.missing:
            raise


def send_tax_number(organisation: Organisation, customer: str) -> None:
    """Give a new customer the number that its organisation has. One that Stripe does not take keeps nobody from paying."""
    with tenant_scope(organisation):
        row = tax_number_of(organisation)
    if row is None:
        return
    try:
        sent = put_at_stripe(customer, row.kind, row.value)
    except PaymentRefused as refused:
        logger.warning("tax_number_refused", organisation=organisation.public_id, code=refused.refusal)
        return
    with tenant_scope(organisation, durable=True):
        rows = TaxNumber.objects.for_organisation(organisation).filter(pk=row.pk, value=row.value)
        rows.update(sent_id=sent, livemode=is_live())
