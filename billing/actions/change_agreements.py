"""What a creator keeps by agreement."""

from datetime import UTC, date, datetime, time
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.models import ShareAgreement
from billing.shares import WHOLE
from kernel.errors import Conflict, InvalidInput, NotFound
from kernel.tenancy import across_organisations
from organisations.actions.suspend_organisation import staff_actor
from organisations.audit import record_audit
from organisations.models import Organisation

WHY = "an agreement with a creator"


class AgreementEnded(Conflict):
    code = "agreement_ended"
    user_message = _("This agreement has ended already. Make a new one instead.")


def make_agreement(
    *, staff: Staff, organisation_id: int, share_bp: int, since: date, until: date | None, reason: str
) -> ShareAgreement:
    """Let a creator keep another part of what is paid from a day on; what was sold before keeps its share.

    Of several agreements that hold on a day, the one that began last counts.

    Args:
        share_bp: basis points of what is left once the model is paid, 0 to 10,000.
        since: the first day, in UTC, today at the earliest. until: the last day; None without an end.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing, the share no part, or the days lie in the past or end before they begin.
        NotFound: there is no such organisation.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    if not 0 <= share_bp <= WHOLE:
        raise InvalidInput.on("share_bp", "out_of_range", _("Use a part from 0 to 100 %."))
    today = timezone.now().astimezone(UTC).date()
    if since < today:
        raise InvalidInput.on("since", "past", _("What was sold keeps its share: begin today or later."))
    if until is not None and until < since:
        raise InvalidInput.on("until", "before_since", _("The last day is before the first one. Swap them."))
    with across_organisations(reason=WHY, durable=True):
        organisation = Organisation.objects.filter(pk=organisation_id).first()
        if organisation is None:
            raise NotFound
        made: ShareAgreement = ShareAgreement.objects.create(
            organisation=organisation,
            share_bp=share_bp,
            since=timezone.now() if since == today else datetime.combine(since, time(), UTC),
            until=datetime.combine(until, time.max, UTC) if until else None,
            reason=why,
            created_by=staff.user.email,
        )
        after = {"share_bp": share_bp, "since": str(since), "until": str(until or "")}
        _log(staff, made, "share_agreement.made", why, {}, after)
    return made


def end_agreement(*, staff: Staff, agreement_id: int, reason: str) -> ShareAgreement:
    """End an agreement now: from here on the plan's share holds, or the installation's.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such agreement.
        AgreementEnded: it holds no longer.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        rows = ShareAgreement.objects.across_organisations(reason=WHY).select_for_update(of=["self"])
        agreement: ShareAgreement | None = rows.filter(pk=agreement_id).first()
        if agreement is None:
            raise NotFound
        now = timezone.now()
        if agreement.until is not None and agreement.until <= now:
            raise AgreementEnded
        before = {"until": str(agreement.until or "")}
        agreement.until = max(now, agreement.since)
        agreement.save(update_fields=["until"])
        _log(staff, agreement, "share_agreement.ended", why, before, {"until": str(agreement.until)})
    return agreement


def _log(
    staff: Staff,
    row: ShareAgreement,
    action: str,
    why: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    actor = staff_actor(staff, row.organisation)
    record_audit(actor, action, row, before=before, after=after, reason=why)
    record_staff_action(
        staff=staff.user,
        action=action,
        target=row.organisation,
        reason=why,
        ip=staff.ip,
        before=before,
        after=after,
    )
