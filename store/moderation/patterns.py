"""Personal data and secrets in texts: found by their form and, where they have one, their check digit.

Luhn's formula (ISO/IEC 7812-1) for payment cards, ISO 7064 MOD 97-10 for IBANs (ISO 13616), ISO 7064 MOD 11-2 for Chinese
identity numbers (GB 11643).
"""

import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,4}[A-Za-z]{2,12}\b")
_PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+\d{1,3}[\s().-]{0,2}(?:\d[\s().-]{0,2}){7,12}\d|1[3-9]\d{9}|\(\d{3}\)\s?\d{3}-\d{4}|\d{3}-\d{3}-\d{4})(?![\w-])"
)
_CARD = re.compile(r"(?<![\d.,-])(?:\d[ -]?){12,18}\d(?![\d.,-]*\d)")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CHINESE_ID = re.compile(
    r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?!\d)"
)
_SSN = re.compile(r"(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY|\b(?:sk|pk|rk|bk)[-_](?:live|test|proj|ant)?[-_]?[A-Za-z0-9]{16,}"
    r"|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{20,}|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|\bAIza[\w-]{35}\b|\bya29\.[\w-]{20,}|\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}|\bSG\.[\w-]{16,}\.[\w-]{16,}|\bhf_[A-Za-z0-9]{30,}"
    r"|\b(?:postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqp)://[^\s:@/]{1,60}:[^\s@/]{3,}@"
)
_PASSWORD = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|api[_ -]?key|access[_ -]?token|密码|口令|密钥)\s*(?:is|[:：=是])\s*[\"'“]?(?P<value>[^\s\"'”,，。;；]{6,64})",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"(?<![\w/.#-])[A-Za-z0-9+_=-]{24,128}(?![\w/.-])")
_PLACEHOLDER = re.compile(
    r"^(?:[x*•.<{\[$%]|your|example|changeme|placeholder|todo|none|null)|^(.)\1+$", re.IGNORECASE
)
ENTROPY = 4.0  # bits a character: English words stand near 3.5 over a token, random base64 of 24 near 4.3
_EXAMPLE_HOSTS = ("example.com", "example.org", "example.net", "example", "test", "invalid", "localhost")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something personal or secret: its kind, the end of a finding's code, and the text itself."""

    kind: str
    value: str


def personal_data(text: str) -> Iterator[Hit]:
    """E-mail addresses, telephone, card, account and identity numbers in a text."""
    for match in _EMAIL.finditer(text):
        if not match[0].rpartition("@")[2].lower().endswith(_EXAMPLE_HOSTS):
            yield Hit("email", match[0])
    taken = set()
    for match in _CHINESE_ID.finditer(text):
        if chinese_id_fits(match[0]):
            taken.add(match[0])
            yield Hit("id", match[0])
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if digits not in taken and digits[0] in "23456" and luhn_fits(digits) and len(set(digits)) > 1:
            taken.add(digits)
            yield Hit("card", match[0])
    for match in _IBAN.finditer(text):
        if iban_fits(match[0]):
            yield Hit("iban", match[0])
    for match in _SSN.finditer(text):
        yield Hit("id", match[0])
    for match in _PHONE.finditer(text):
        if re.sub(r"\D", "", match[0]) not in taken:
            yield Hit("phone", match[0])


def secrets_in(text: str) -> Iterator[Hit]:
    """Private keys, tokens of known services, passwords that are named as such, and what is as random as a key."""
    for match in _KEY.finditer(text):
        yield Hit("key", match[0])
    for match in _PASSWORD.finditer(text):
        value = match["value"]
        if not _PLACEHOLDER.search(value) and re.search(r"[\d\W_]", value):
            yield Hit("key", value)
    known = _KEY.sub(" ", text)
    for match in _TOKEN.finditer(known):
        if looks_random(match[0]):
            yield Hit("looks", match[0])


def looks_random(token: str) -> bool:
    """Whether a long word is as random as a key: of several kinds of characters and high in entropy."""
    kinds = sum(bool(re.search(kind, token)) for kind in (r"[a-z]", r"[A-Z]", r"\d"))
    return kinds == 3 and entropy(token) >= ENTROPY


def entropy(text: str) -> float:
    """Shannon's entropy of a text's characters, in bits a character."""
    counts = Counter(text).values()
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts)


def luhn_fits(digits: str) -> bool:
    """Whether the last digit of a card's number is right."""
    total = 0
    for at, char in enumerate(reversed(digits)):
        value = int(char) * (2 if at % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def iban_fits(text: str) -> bool:
    """Whether the check digits of an account's number are right."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    moved = plain[4:] + plain[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def chinese_id_fits(text: str) -> bool:
    """Whether the last character of a Chinese identity number is right."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(char) * weight for char, weight in zip(text[:17], weights, strict=True))
    return "10X98765432"[total % 11] == text[17].upper()
