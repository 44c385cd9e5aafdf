"""What payments hold about a person: who started one. The books keep the payment, and forget the person."""

from typing import Any

from billing.models import Payment
from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations

REASON = "all that is held about a person"


def export(user_id: int) -> dict[str, Any]:
    """The payments that a person started, in every organisation; sums are micro-units."""
    with across_organisations(reason=REASON):
        rows = Payment.objects.across_organisations(reason=REASON).filter(user_id=user_id).order_by("pk")
        return {
            "payments": [
                {
                    "id": one.public_id,
                    "purpose": one.purpose,
                    "state": one.state,
                    "amount": one.amount,
                    "paid": one.paid,
                    "at": one.created_at.isoformat(),
                }
                for one in rows
            ]
        }


def erase(user_id: int) -> None:
    """Forget who started a payment."""
    with across_organisations(reason=REASON, durable=True):
        rows = Payment.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        rows.update(user_id=None)


HOLDER = PersonalDataHolder("payments", export, erase)
