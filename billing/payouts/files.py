"""What a bank is given: a table, and a credit transfer initiation of ISO 20022 (pain.001.001.09).

The message follows the European Payments Council's implementation guidelines for SEPA credit transfers (EPC132-08) where the
currency is the euro: https://www.iso20022.org, https://www.europeanpaymentscouncil.eu.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from xml.etree import ElementTree as Xml

from django.conf import settings

from billing.payments.amounts import micro_of_a_minor
from kernel import spreadsheets
from kernel.money import MICRO

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
COLUMNS = ("payout", "holder", "iban", "bic", "amount", "currency", "remittance", "country", "tax_id")
# What every bank of SEPA takes; other characters are written without their accents, or as a full stop.
LATIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
LONGEST_NAME, LONGEST_REFERENCE = 70, 35


@dataclass(frozen=True, slots=True)
class BankLine:
    """One payout as a bank is told of it; `amount` in micro-units, whole coins."""

    payout: str
    holder: str
    iban: str
    bic: str
    tax_id: str
    amount: int

    @property
    def reference(self) -> str:
        """What names the payout end to end: 35 characters at most."""
        return self.payout.replace("_", "-")[:LONGEST_REFERENCE]


def payout_csv(lines: Sequence[BankLine]) -> str:
    """The lines as a table."""
    rows = (
        (
            line.payout,
            line.holder,
            line.iban,
            line.bic,
            decimal_amount(line.amount),
            settings.CURRENCY,
            line.reference,
            line.iban[:2],
            line.tax_id,
        )
        for line in lines
    )
    # Without the mark that spreadsheets like: banks read this file.
    return spreadsheets.lines([COLUMNS, *rows])


def payout_xml(lines: Sequence[BankLine], *, file_id: str, at: datetime) -> str:
    """The lines as a pain.001 message, paid from `PAYOUT_DEBTOR_IBAN`; empty where the operator named none."""
    if not settings.PAYOUT_DEBTOR_IBAN or not lines:
        return ""
    message = file_id.replace("_", "-")[:LONGEST_REFERENCE]
    total = decimal_amount(sum(line.amount for line in lines))
    document = Xml.Element("Document", {"xmlns": NAMESPACE})
    root = Xml.SubElement(document, "CstmrCdtTrfInitn")
    _put(root, "GrpHdr/MsgId", message)
    header = root[0]
    _put(header, "CreDtTm", at.replace(microsecond=0, tzinfo=None).isoformat())
    _put(header, "NbOfTxs", str(len(lines)))
    _put(header, "CtrlSum", total)
    _put(header, "InitgPty/Nm", latin(settings.PAYOUT_DEBTOR_NAME))
    payment = Xml.SubElement(root, "PmtInf")
    for path, value in (
        ("PmtInfId", message),
        ("PmtMtd", "TRF"),
        ("BtchBookg", "true"),
        ("NbOfTxs", str(len(lines))),
        ("CtrlSum", total),
    ):
        _put(payment, path, value)
    if settings.CURRENCY == "EUR":
        _put(payment, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _put(payment, "ReqdExctnDt/Dt", at.date().isoformat())
    _put(payment, "Dbtr/Nm", latin(settings.PAYOUT_DEBTOR_NAME))
    _put(payment, "DbtrAcct/Id/IBAN", settings.PAYOUT_DEBTOR_IBAN)
    _agent(payment, "DbtrAgt", settings.PAYOUT_DEBTOR_BIC)
    _put(payment, "ChrgBr", "SLEV" if settings.CURRENCY == "EUR" else "SHAR")
    for line in lines:
        _transfer(payment, line)
    Xml.indent(document)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(document, encoding="unicode") + "\n"


def digest_of(table: str, message: str) -> str:
    """The fingerprint of both forms of a file."""
    return sha256(f"{table}\0{message}".encode()).hexdigest()


def decimal_amount(micro: int) -> str:
    """A sum as banks write it, with the currency's decimals."""
    coins = MICRO // micro_of_a_minor()
    places = len(str(coins)) - 1
    return f"{Decimal(micro) / MICRO:.{places}f}"


def latin(name: str) -> str:
    """A name in the characters that every bank takes."""
    plain = "".join(
        one
        for one in unicodedata.normalize("NFKD", name.replace("ß", "ss"))
        if not unicodedata.combining(one)
    )
    return "".join(one if one in LATIN else "." for one in plain)[:LONGEST_NAME].strip() or "."


def _transfer(payment: Xml.Element, line: BankLine) -> None:
    transfer = Xml.SubElement(payment, "CdtTrfTxInf")
    _put(transfer, "PmtId/EndToEndId", line.reference)
    amount = Xml.SubElement(Xml.SubElement(transfer, "Amt"), "InstdAmt", {"Ccy": settings.CURRENCY})
    amount.text = decimal_amount(line.amount)
    if line.bic:
        _agent(transfer, "CdtrAgt", line.bic)
    _put(transfer, "Cdtr/Nm", latin(line.holder))
    _put(transfer, "CdtrAcct/Id/IBAN", line.iban)
    _put(transfer, "RmtInf/Ustrd", latin(f"{settings.PAYOUT_DEBTOR_NAME} {line.reference}"))


def _agent(parent: Xml.Element, name: str, bic: str) -> None:
    if bic:
        _put(parent, f"{name}/FinInstnId/BICFI", bic)
    else:
        _put(parent, f"{name}/FinInstnId/Othr/Id", "NOTPROVIDED")


def _put(parent: Xml.Element, path: str, value: str) -> None:
    for name in path.split("/"):
        parent = Xml.SubElement(parent, name)
    parent.text = value
