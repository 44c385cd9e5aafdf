"""Set the bank account that an organisation is paid to, where payouts go by bank."""

import re

import orjson
from django.utils.translation import gettext_lazy as _

from billing.models import PayoutAccount
from billing.payouts.accounts import put_account
from billing.payouts.iban import checked_bic, checked_iban
from kernel.actions import entry_action
from kernel.errors import InvalidInput
from kernel.ids import new_public_id
from kernel.secrets import encrypt
from organisations.actors import Actor
from organisations.permissions import Permission, require

LONGEST_HOLDER = 70  # as banks take it
LONGEST_TAX_ID = 40


@entry_action
def set_bank_account(
    *, actor: Actor, holder: str, iban: str, bic: str = "", tax_id: str = ""
) -> PayoutAccount:
    """Pay an organisation to a bank account from now on, after the pause that follows every change.

    The number is encrypted at once and never shown again, but for its last four characters.

    Args:
        tax_id: what the operator's books need of the creator: a VAT or tax number; may be empty.

    Raises:
        PermissionDenied: the actor may not manage billing.
        InvalidInput: the holder is missing, or a number cannot be right.
    """
    require(actor, Permission.MANAGE_BILLING)
    name = " ".join(holder.replace("\x00", "").split())
    if not 2 <= len(name) <= LONGEST_HOLDER:
        raise InvalidInput.on(
            "holder",
            "no_holder",
            _("Write whom the account belongs to, as the bank knows them, in 2 to 70 characters."),
        )
    number, bank = checked_iban(iban), checked_bic(bic)
    tax = re.sub(r"\s", "", tax_id.replace("\x00", ""))
    if len(tax) > LONGEST_TAX_ID:
        raise InvalidInput.on("tax_id", "too_long", _("A tax number has at most 40 characters."))
    public_id = new_public_id("pac_")
    secret = orjson.dumps({"iban": number, "bic": bank, "tax_id": tax}).decode()
    return put_account(
        actor,
        public_id=public_id,
        method=PayoutAccount.Method.BANK,
        country=number[:2],
        holder=name,
        last4=number[-4:],
        secret=encrypt(secret, row=public_id),
        ready=True,
    )
