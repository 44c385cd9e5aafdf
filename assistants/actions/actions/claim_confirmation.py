"""Take the permit of a confirmed call: once, whoever comes first."""

from django.utils import timezone

from assistants.actions.models import Confirmation
from kernel.tenancy import tenant_scope


def claim_confirmation(*, confirmation: Confirmation) -> bool:
    """Whether the call may be made now, by whoever asked; from then on nobody may make it again."""
    with tenant_scope(confirmation.organisation_id, durable=True):
        rows = Confirmation.objects.for_organisation(confirmation.organisation_id)
        taken: int = rows.filter(
            pk=confirmation.pk, state=Confirmation.State.ALLOWED, expires_at__gt=timezone.now()
        ).update(state=Confirmation.State.MADE)
        return bool(taken)
