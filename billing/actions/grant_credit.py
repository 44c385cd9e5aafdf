"""Finance gives an organisation credit."""

import uuid

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.ledger import Event, Kind, Posting, post
from kernel.errors import InvalidInput, NotFound
from kernel.tenancy import across_organisations
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from organisations.models import Organisation

HIGHEST = 1_000_000_000_000


def grant_credit(*, staff: Staff, organisation_id: int, amount: int, reason: str, key: str = "") -> None:
    """Put credit into an organisation's wallet at the platform's cost.

    Args:
        amount: micro-units of the installation's currency.
        key: names this grant; the same one again changes nothing.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing, or the amount out of range.
        NotFound: there is no such organisation.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    if not 0 < amount <= HIGHEST:
        raise InvalidInput.on("amount", "out_of_range", _("Use an amount above 0, at most 1,000,000."))
    with across_organisations(reason="a grant of credit", durable=True):
        organisation = Organisation.objects.filter(pk=organisation_id).first()
        if organisation is None:
            raise NotFound
        event = Event(
            "grant", "staff", key or uuid.uuid4().hex, timezone.now(), {"staff": staff.user.public_id}
        )
        postings = [Posting(Kind.PROMOTIONS, amount), Posting(Kind.WALLET, -amount, organisation.pk)]
        if post(event, postings) is None:
            return
        record_audit(
            staff_actor(staff, organisation), "credit.granted", organisation, amount=amount, reason=why
        )
        record_staff_action(
            staff=staff.user,
            action="credit.granted",
            target=organisation,
            reason=why,
            ip=staff.ip,
            amount=amount,
        )
