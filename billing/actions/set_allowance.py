"""Set what an organisation may spend in a month."""

from billing.models import AllowancePeriod
from billing.prices import this_month
from kernel.actions import assert_in_action
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
    with tenant_scope(organisation, durable=True):
        save_allowance(organisation=organisation, limit=limit)


def save_allowance(*, organisation: Organisation, limit: int) -> None:
    """The same inside the transaction of another action.

    Raises:
        InvalidInput: the limit is below 0.
    """
    assert_in_action()
    if limit < 0:
        raise InvalidInput.on("limit", "out_of_range", "Use 0 or more.")
    AllowancePeriod.unscoped.update_or_create(
        organisation=organisation, month=this_month(), defaults={"limit": limit}
    )
