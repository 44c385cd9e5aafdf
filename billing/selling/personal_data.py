"""What selling holds about a person. Payments are kept, as books must be; who they were of is forgotten."""

from typing import Any

from billing.models import Acceptance, Entitlement, RefundRequest, Sale, TrialMessage
from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations

REASON = "all that is held about a person"


def export(user_id: int) -> dict[str, Any]:
    """What a person bought, agreed to, paid and asked back, in every organisation."""
    with across_organisations(reason=REASON):
        bought, words, paid, asked = (
            model.objects.across_organisations(reason=REASON).filter(user_id=user_id).order_by("pk")
            for model in (Entitlement, Acceptance, Sale, RefundRequest)
        )
        return {
            "purchases": [
                {"id": one.public_id, "assistant": one.product_name, "kind": one.kind, "state": one.state}
                for one in bought
            ],
            "accepted": [
                {"assistant": one.product_name, "amount": one.amount, "cap": one.cap} for one in words
            ],
            "payments": [
                {"id": one.public_id, "amount": one.amount, "at": one.created_at.isoformat()} for one in paid
            ],
            "refunds": [{"amount": one.amount, "reason": one.reason, "state": one.state} for one in asked],
            "tried": TrialMessage.objects.filter(user_id=user_id).count(),
        }


def erase(user_id: int) -> None:
    """Forget who bought, agreed and asked; what still runs ends."""
    with across_organisations(reason=REASON, durable=True):
        for model in (Entitlement, Acceptance):
            model.objects.across_organisations(reason=REASON).filter(user_id=user_id).delete()
        asked = RefundRequest.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        asked.update(user_id=None, reason="")
        Sale.objects.across_organisations(reason=REASON).filter(user_id=user_id).update(user_id=None)
        TrialMessage.objects.filter(user_id=user_id).delete()


HOLDER = PersonalDataHolder("selling", export, erase)
