"""Somebody has what they bought by the month renewed, or no longer."""

from django.utils.translation import gettext_lazy as _

from billing.models import Entitlement
from billing.selling.purchases import access_purchase
from kernel.actions import entry_action
from kernel.errors import Conflict
from organisations.actors import Actor
from organisations.audit import record_audit


class NothingRenews(Conflict):
    code = "nothing_renews"
    user_message = _("This does not renew: it was bought for good, or is over.")


@entry_action
def switch_renewal(*, actor: Actor, purchase_id: str, renews: bool) -> Entitlement:
    """Renew a purchase at the end of its month, or let it end there; what is paid stays usable until then.

    Raises:
        NotFound: the actor bought nothing of this id.
        NothingRenews: it was bought for good, or is over.
    """
    bought = access_purchase(actor, purchase_id, lock=True)
    if bought.paid_until is None or not bought.is_lasting:
        raise NothingRenews
    if bought.renews == renews:
        return bought
    bought.renews = renews
    bought.save(update_fields=["renews"])
    record_audit(
        actor, "purchase.renewal_changed", bought, before={"renews": not renews}, after={"renews": renews}
    )
    return bought
