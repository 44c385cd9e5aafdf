"""What a call of the payment provider can end with.

PaymentsOff           409  no key is set: nothing is sold for money here
PaymentProviderDown   503  it does not answer, or has too much to do: try again later
PaymentRefused        402  it says no, and why
"""

from django.utils.translation import gettext_lazy as _

from kernel.errors import Conflict, DomainError, Unavailable


class PaymentsOff(Conflict):
    code = "payments_off"
    user_message = _(
        "Nothing can be paid for here yet: the operator has not connected a payment provider. Ask them for credit."
    )


class PaymentProviderDown(Unavailable):
    code = "payment_provider_down"
    user_message = _(
        "The payment provider does not answer now. Nothing was charged twice; try again in a moment."
    )


class PaymentRefused(DomainError):
    """`reason` is the provider's own sentence, `refusal` its code."""

    code = "payment_refused"
    status = 402
    user_message = _("The payment provider refused this: %(reason)s")

    def __init__(self, *, reason: str, refusal: str = "", missing: bool = False) -> None:
        self.refusal, self.missing = refusal, missing
        super().__init__(reason=reason[:300])
