"""Whether a bank account's number can be right: ISO 13616 (IBAN), with check digits by ISO 7064 MOD 97-10, and ISO 9362 (BIC)."""

import re

from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput

# How long an IBAN of each country is, from the registry that SWIFT keeps.
LENGTHS = {
    **dict.fromkeys(["NO"], 15),
    **dict.fromkeys(["BE"], 16),
    **dict.fromkeys(["DK", "FI", "FO", "GL", "NL", "SD"], 18),
    **dict.fromkeys(["MK", "SI"], 19),
    **dict.fromkeys(["AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"], 20),
    **dict.fromkeys(["CH", "CR", "HR", "LI", "LV"], 21),
    **dict.fromkeys(["BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"], 22),
    **dict.fromkeys(["AE", "GI", "IL", "IQ", "OM", "SO", "TL"], 23),
    **dict.fromkeys(["AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"], 24),
    **dict.fromkeys(["LY", "PT", "ST"], 25),
    **dict.fromkeys(["IS", "TR"], 26),
    **dict.fromkeys(["BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"], 27),
    **dict.fromkeys(["AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"], 28),
    **dict.fromkeys(["BR", "EG", "PS", "QA", "UA"], 29),
    **dict.fromkeys(["JO", "KW", "MU", "YE"], 30),
    **dict.fromkeys(["MT", "SC"], 31),
    **dict.fromkeys(["LC"], 32),
    **dict.fromkeys(["RU"], 33),
}
SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]+")
BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?")


def checked_iban(typed: str) -> str:
    """An IBAN in capitals without spaces.

    Raises:
        InvalidInput: it has another length than its country's, or a digit is wrong.
    """
    iban = re.sub(r"[\s-]", "", typed).upper()
    country = iban[:2]
    if not SHAPE.fullmatch(iban) or country not in LENGTHS:
        raise InvalidInput.on(
            "iban",
            "not_an_iban",
            _("An IBAN begins with a country and two digits, like DE89. Copy it whole."),
        )
    if len(iban) != LENGTHS[country]:
        message = _(
            "An IBAN of %(country)s has %(wanted)s characters, and this has %(found)s. Copy it whole."
        )
        found = {"country": country, "wanted": LENGTHS[country], "found": len(iban)}
        raise InvalidInput.on("iban", "wrong_length", message % found)
    digits = "".join(str(int(one, 36)) for one in iban[4:] + iban[:4])
    if int(digits) % 97 != 1 or not 2 <= int(iban[2:4]) <= 98:
        raise InvalidInput.on(
            "iban",
            "wrong_digits",
            _("A character of this IBAN is wrong: its check digits do not fit. Copy it anew."),
        )
    return iban


def checked_bic(typed: str) -> str:
    """A BIC in capitals; empty where none was typed, which banks of the euro area do not need.

    Raises:
        InvalidInput: it has no such shape.
    """
    bic = re.sub(r"\s", "", typed).upper()
    if bic and not BIC.fullmatch(bic):
        raise InvalidInput.on(
            "bic",
            "not_a_bic",
            _("A BIC has 8 or 11 letters and digits, like COBADEFF. Leave it empty if you do not know it."),
        )
    return bic
