"""Between our micro-units and the minor units that Stripe counts in, exactly or not at all."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kernel.errors import InvalidInput
from kernel.money import MICRO

# https://docs.stripe.com/currencies: how many decimals Stripe counts a currency in; all others have two.
WITHOUT_DECIMALS = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]  # ISK and UGX are counted in hundredths
)
WITH_THREE = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


def micro_of_a_minor(currency: str = "") -> int:
    """How many micro-units a minor unit is, for example 10,000 for a cent."""
    code = (currency or settings.CURRENCY).upper()
    return MICRO if code in WITHOUT_DECIMALS else MICRO // 1_000 if code in WITH_THREE else MICRO // 100


def to_minor(micro: int) -> int:
    """A sum as Stripe counts it.

    Raises:
        InvalidInput: it is no whole number of minor units: nothing is rounded away.
    """
    whole, rest = divmod(micro, micro_of_a_minor())
    if rest:
        raise InvalidInput.on("amount", "not_whole", _("Use a whole number of the currency's smallest coin."))
    return whole


def to_micro(minor: int) -> int:
    """A sum of Stripe's in micro-units of the installation's currency."""
    return minor * micro_of_a_minor()


def currency() -> str:
    """The installation's currency as Stripe writes it."""
    return settings.CURRENCY.lower()
