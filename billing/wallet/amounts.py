"""How much credit is bought at a time."""

from django.conf import settings
from django.utils.translation import gettext as _

from billing.payments.amounts import to_minor
from kernel.errors import InvalidInput
from kernel.money import MICRO, format_money

LEAST, MOST = 5 * MICRO, 1_000 * MICRO


def checked_amount(amount: int, *, field: str = "amount") -> int:
    """Let a sum pass that can be bought at once, in micro-units.

    Raises:
        InvalidInput: it is too small, too large, or no whole number of the currency's smallest coin.
    """
    if not LEAST <= amount <= MOST:
        least, most = (format_money(one, settings.CURRENCY, places=0) for one in (LEAST, MOST))
        raise InvalidInput.on(
            field, "out_of_range", _("Use %(least)s to %(most)s.") % {"least": least, "most": most}
        )
    to_minor(amount)
    return amount
