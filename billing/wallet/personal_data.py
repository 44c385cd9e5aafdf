"""What payments hold about a person. The books stay; who went to pay is forgotten."""

from typing import Any

from billing.models import AutoTopUp, Payment, Subscription, TaxNumber
from kernel.registries import PersonalDataHolder
from kernel.tenancy import across_organisations

REASON = "all that is held about a person"


def export(user_id: int) -> dict[str, Any]:
    """What a person went to pay for, in every organisation."""
    with across_organisations(reason=REASON):
        paid = Payment.objects.across_organisations(reason=REASON).filter(user_id=user_id).order_by("pk")
        rows = Subscription.objects.across_organisations(reason=REASON).filter(user_id=user_id)
        return {
            "payments": [
                {
                    "id": one.public_id,
                    "purpose": one.purpose,
                    "amount": one.amount,
                    "at": one.created_at.isoformat(),
                }
                for one in paid
            ],
            "subscriptions": [
                {"id": one.public_id, "plan": one.plan.name, "at": one.created_at.isoformat()}
                for one in rows.select_related("plan").order_by("pk")
            ],
        }


def erase(user_id: int) -> None:
    """Forget who went to pay; what the organisation pays for goes on."""
    with across_organisations(reason=REASON, durable=True):
        for model in (Payment, Subscription):
            model.objects.across_organisations(reason=REASON).filter(user_id=user_id).update(user_id=None)
        rules = AutoTopUp.objects.across_organisations(reason=REASON).filter(changed_by_id=user_id)
        rules.update(changed_by_id=None)
        numbers = TaxNumber.objects.across_organisations(reason=REASON).filter(changed_by_id=user_id)
        numbers.update(changed_by_id=None)


HOLDER = PersonalDataHolder("wallet", export, erase)
