"""Somebody changes what they agreed to pay: their own limit, or that they agreed at all."""

from django.utils import timezone

from billing.actions.accept_price import check_cap
from billing.models import Acceptance
from kernel.actions import entry_action
from kernel.errors import NotFound
from organisations.actors import Actor
from organisations.audit import record_audit
from organisations.permissions import Permission, require


@entry_action
def change_cap(*, actor: Actor, acceptance_id: str, cap: int | None) -> Acceptance:
    """Set what messages of a product may cost a month at most. What is held already stays held.

    Args:
        cap: micro-units; None for no limit.

    Raises:
        NotFound: the actor agreed to nothing of this id.
        InvalidInput: the limit is less than a message costs, or out of range.
    """
    word = _own(actor, acceptance_id)
    check_cap(cap, word.amount)
    before, word.cap = word.cap, cap
    word.save(update_fields=["cap"])
    record_audit(actor, "price.cap_changed", word, before={"cap": before}, after={"cap": cap})
    return word


@entry_action
def end_acceptance(*, actor: Actor, acceptance_id: str) -> Acceptance:
    """Pay for no further message of a product. Asking again asks about the price again.

    Raises:
        NotFound: the actor agreed to nothing of this id.
    """
    word = _own(actor, acceptance_id)
    word.ended_at = timezone.now()
    word.save(update_fields=["ended_at"])
    record_audit(actor, "price.acceptance_ended", word, product=word.product_name)
    return word


def _own(actor: Actor, acceptance_id: str) -> Acceptance:
    require(actor, Permission.USE_ASSISTANTS)
    rows = Acceptance.objects.for_organisation(actor.organisation).select_for_update()
    found: Acceptance | None = rows.filter(
        public_id=acceptance_id, user_id=actor.user_id, ended_at=None
    ).first()
    if found is None:
        raise NotFound
    return found
