"""Set what an organisation may spend in a month."""

from billing.models import AllowancePeriod
from billing.prices import this_month
from kernel.errors import InvalidInput
from kernel.tenancy import tenant_scope
from organisations.models import Organisation


def set_allowance(*, organisation: Organisation, limit: int) -> None:
    """Give an organisation a monthly limit, from this month on; for the operator.

    Args:
        limit: micro-units of the operator's currency.

    Raises:
        InvalidInput: the limit is below 0.
    """
    if limit < 0:
        raise InvalidInput.on("limit", "out_of_range", "Use 0 or more.")
    with tenant_scope(organisation, durable=True):
        AllowancePeriod.unscoped.update_or_create(
            organisation=organisation, month=this_month(), defaults={"limit": limit}
        )
