"""Close requests for approval that nobody answered in time."""

from django.utils import timezone

from kernel.tenancy import across_organisations, tenant_scope
from organisations.actions.withdraw_approval import end_approval
from organisations.actors import Actor
from organisations.models import Approval, Organisation

BATCH = 500
NAME = "Bottega"  # who did it, in the audit log


def expire_approvals() -> int:
    """Close what has run out in every organisation; returns how many requests that were."""
    with across_organisations(reason="find what ran out, whoever's it is"):
        rows = Approval.objects.across_organisations(reason="ran out").filter(
            state=Approval.State.PENDING, expires_at__lte=timezone.now()
        )
        found = list(rows.order_by("expires_at").values_list("organisation_id", "pk")[:BATCH])
    return sum(_expire(organisation_id, pk) for organisation_id, pk in found)


def _expire(organisation_id: int, pk: int) -> int:
    with tenant_scope(organisation_id, durable=True):
        rows = Approval.objects.for_organisation(organisation_id).filter(pk=pk, state=Approval.State.PENDING)
        approval: Approval | None = rows.select_for_update().first()
        if approval is None:  # decided meanwhile
            return 0
        organisation = Organisation.objects.get(pk=organisation_id)
        machine = Actor(user=None, organisation=organisation, service_account_name=NAME)
        end_approval(machine, approval, Approval.State.EXPIRED)
        return 1
