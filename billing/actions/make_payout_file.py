"""Finance makes a file of what the bank is to pay; another person of finance approves it, or it is discarded."""

from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions.record_staff_action import record_staff_action
from accounts.staff import Role, Staff, checked_reason, require_staff
from billing.actions.schedule_payouts import CHANGED, may_be_paid
from billing.models import Payout, PayoutAccount, PayoutFile
from billing.payouts.booking import WHY, mark_failed
from billing.payouts.files import BankLine, digest_of, payout_csv, payout_xml
from kernel.errors import Conflict, NotFound, PermissionDenied
from kernel.ids import new_public_id
from kernel.outbox import publish_event
from kernel.secrets import decrypt, encrypt
from kernel.tenancy import across_organisations
from organisations.queries import platform_organisation

State = PayoutFile.State
MOST = 5_000  # lines of one file


class NothingToPay(Conflict):
    code = "nothing_to_pay"
    user_message = _(
        "No payout waits for the bank. They are planned each month; look at the table of payouts."
    )


class OwnFile(PermissionDenied):
    code = "own_file"
    user_message = _("You made this file: another person of finance has to approve it.")


class FileDecided(Conflict):
    code = "file_decided"
    user_message = _("This file was approved or discarded meanwhile. Open it again to see how it stands.")


class FileOutdated(Conflict):
    code = "file_outdated"
    user_message = _(
        "%(count)s creators of this file have changed their account, or are held, since it was made. Discard it and make another one."
    )


class FileNotApproved(Conflict):
    code = "file_not_approved"
    user_message = _("This file is given out once another person of finance has approved it.")


def make_payout_file(*, staff: Staff, reason: str) -> PayoutFile:
    """Put all payouts that wait for the bank into a new file. Its content is fixed now, with its fingerprint.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NothingToPay: none waits.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        payouts = _waiting()
        lines = [_line(one) for one in payouts]
        made = _written(staff, lines) if lines else None
        if made is not None:
            keys = [one.pk for one in payouts]
            Payout.objects.across_organisations(reason=WHY).filter(pk__in=keys).update(file=made)
            _log(staff, made, "payout_file.made", why)
            publish_event(platform_organisation(), "payout_file.made", {"file": made.pk, "by": staff.user.pk})
    if made is None:
        raise NothingToPay  # what can no longer be paid stays failed
    return made


def approve_payout_file(*, staff: Staff, file_id: int, reason: str) -> PayoutFile:
    """Let a file go to the bank: its payouts are on their way from here on.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such file.
        FileDecided: it was approved or discarded.
        OwnFile: whoever made it may not approve it.
        FileOutdated: a creator changed their account after it was made.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        file = _locked(file_id, State.MADE)
        if file.made_by == staff.user.pk:
            raise OwnFile
        now = timezone.now()
        payouts = list(_of(file).select_related("account__organisation"))
        outdated = sum(not may_be_paid(one.account, now) for one in payouts)
        if outdated:
            raise FileOutdated(count=outdated)
        file.state, file.approved_at = State.APPROVED, now
        file.approved_by, file.approved_by_name = staff.user.pk, staff.user.email
        file.save(update_fields=["state", "approved_at", "approved_by", "approved_by_name"])
        _of(file).update(state=Payout.State.SENDING, attempts=1)
        _log(staff, file, "payout_file.approved", why)
    return file


def discard_payout_file(*, staff: Staff, file_id: int, reason: str) -> PayoutFile:
    """Give up a file that nobody approved: its payouts wait for the next one.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such file.
        FileDecided: it was approved or discarded.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        file = _locked(file_id, State.MADE)
        _of(file).update(file=None)
        file.state = State.DISCARDED
        file.save(update_fields=["state"])
        _log(staff, file, "payout_file.discarded", why)
    return file


def read_payout_file(*, staff: Staff, file_id: int, form: str, reason: str) -> str:
    """The content of an approved file, as `csv` or `xml`; who took it is logged.

    Raises:
        NotYourTask: only finance may.
        InvalidInput: the reason is missing.
        NotFound: there is no such file, or it has no such form.
        FileNotApproved: nobody has approved it.
    """
    require_staff(staff, Role.FINANCE)
    why = checked_reason(reason)
    with across_organisations(reason=WHY, durable=True):
        file = PayoutFile.objects.filter(pk=file_id).first()
        if file is None:
            raise NotFound
        if file.state not in (State.APPROVED, State.DONE):
            raise FileNotApproved
        content = orjson.loads(decrypt(file.content, row=file.public_id))
        if digest_of(content["csv"], content["xml"]) != file.digest:
            raise RuntimeError(f"{file.public_id} is not what was approved")
        if not content.get(form):
            raise NotFound
        _log(staff, file, "payout_file.taken", why)
    return str(content[form])


def _waiting() -> list[Payout]:
    """What waits for the bank, locked; what may no longer be paid fails, and is owed again."""
    rows = Payout.objects.across_organisations(reason=WHY).filter(
        state=Payout.State.SCHEDULED, method=PayoutAccount.Method.BANK, file=None
    )
    found = rows.select_for_update(of=["self"]).select_related("account__organisation", "organisation")
    kept, now = [], timezone.now()
    for payout in found.order_by("pk")[:MOST]:
        if may_be_paid(payout.account, now):
            kept.append(payout)
        else:
            mark_failed(payout, str(_("The payout account was changed or is held.")), code=CHANGED)
    return kept


def _line(payout: Payout) -> BankLine:
    account = payout.account
    secret = orjson.loads(decrypt(account.secret, row=account.public_id))
    return BankLine(
        payout=payout.public_id,
        holder=account.holder,
        iban=secret["iban"],
        bic=secret["bic"],
        tax_id=secret["tax_id"],
        amount=payout.amount,
    )


def _written(staff: Staff, lines: list[BankLine]) -> PayoutFile:
    public_id, now = new_public_id("pfl_"), timezone.now()
    table, message = payout_csv(lines), payout_xml(lines, file_id=public_id, at=now)
    return PayoutFile.objects.create(
        public_id=public_id,
        count=len(lines),
        total=sum(line.amount for line in lines),
        content=encrypt(orjson.dumps({"csv": table, "xml": message}).decode(), row=public_id),
        digest=digest_of(table, message),
        made_by=staff.user.pk,
        made_by_name=staff.user.email,
        made_at=now,
    )


def _locked(file_id: int, state: str) -> PayoutFile:
    file = PayoutFile.objects.select_for_update().filter(pk=file_id).first()
    if file is None:
        raise NotFound
    if file.state != state:
        raise FileDecided
    return file


def _of(file: PayoutFile) -> Any:
    return Payout.objects.across_organisations(reason=WHY).filter(file=file)


def _log(staff: Staff, file: PayoutFile, action: str, why: str) -> None:
    record_staff_action(
        staff=staff.user,
        action=action,
        target=file,
        reason=why,
        ip=staff.ip,
        count=file.count,
        amount=file.total,
        currency=settings.CURRENCY,
        digest=file.digest,
    )
